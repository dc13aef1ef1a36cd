"""What goes out of the house and comes back: workbooks, marked copies, JSON Schemas, the demo."""

from inventory.exchange.demo import copy_demo
from inventory.exchange.marked import write_marked_copy
from inventory.exchange.schema import schema_of, schema_text, schemas, write_schemas
from inventory.exchange.workbook import write_template, write_workbook

__all__ = [
    "copy_demo",
    "schema_of",
    "schema_text",
    "schemas",
    "write_marked_copy",
    "write_schemas",
    "write_template",
    "write_workbook",
]

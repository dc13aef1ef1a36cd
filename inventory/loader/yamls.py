"""Strict YAML on PyYAML's C parser: every value keeps its spelling and its line.

Scalars are not guessed at here; the field decides what ``2001:10:20``, ``no`` or
``010`` means. Duplicate keys, tags, second documents and alias bombs are faults.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from inventory.errors import Fault, InputError, Place
from inventory.loader.node import Faults, Node
from inventory.text import _

DEEPEST = 50
"""Levels of nesting allowed."""
MOST_ALIASED = 100_000
"""Values that aliases may stand for in one file."""


def parse_yaml(data: bytes, file: str, faults: Faults) -> dict[str, Node] | None:
    """Read one YAML document whose top level is a mapping; ``None`` where there is no such thing."""
    builder = _Builder(file, faults)
    try:
        root = builder.document(yaml.parse(_text(data, file), Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        faults.found.append(_syntax(error, file))
        return None
    except InputError as error:
        faults.found += error.faults
        return None
    if not isinstance(root.value, dict):
        message, fix = _("the top level is not a mapping"), _("start the file with 'key: value' lines")
        faults.add("not-a-mapping", Place(file, line=1), message, fix)
        return None
    return root.value


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = _("the file is not UTF-8 (byte {byte})").format(byte=error.start)
        fault = Fault("bad-encoding", Place(file, line=line), message, _("save the file as UTF-8"))
        raise InputError([fault]) from None


def _syntax(error: yaml.YAMLError, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    place = Place(file, line=mark.line + 1 if mark else 1)
    fix = _("repair the line: check indentation, colons, quotes and brackets")
    return Fault("yaml-syntax", place, _("not valid YAML: {problem}").format(problem=problem), fix)


class _Builder:
    """Turns parser events into nodes; aliases share the node they name."""

    def __init__(self, file: str, faults: Faults) -> None:
        self.file = file
        self.faults = faults
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.seen = 0
        self.aliased = 0

    def document(self, events: Iterator[Any]) -> Node:
        """Consume a whole stream."""
        root = Node(None, Place(self.file, line=1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        "many-documents", event, _("a second document begins"), _("remove the '---'")
                    )
                root = self._value(next(events), events, 0)
        return root

    def _value(self, event: Any, events: Iterator[Any], depth: int, place: Place | None = None) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        self.seen += 1
        before = self.seen + self.aliased
        if depth > DEEPEST:
            self._refuse("too-deep", event, _("nested too deeply"), _("flatten the file"))
        if event.tag is not None and event.tag != "!":
            message = _("the tag {tag} is not allowed").format(tag=event.tag)
            self._refuse("yaml-tag", event, message, _("remove the tag"))
        node = self._content(event, events, depth, place or self._place(event))
        if event.anchor:
            self.anchors[event.anchor] = (node, self.seen + self.aliased - before + 1)
        return node

    def _content(self, event: Any, events: Iterator[Any], depth: int, place: Place) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            quoted = event.style in ("'", '"', "|", ">")
            empty = not quoted and event.value in ("", "~", "null", "Null", "NULL")
            return Node(None if empty else event.value, place, quoted)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(list(self._items(events, depth)), place)
        return Node(self._fields(events, depth), place)

    def _items(self, events: Iterator[Any], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield self._value(event, events, depth + 1)

    def _fields(self, events: Iterator[Any], depth: int) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse("bad-key", event, _("a key must be text"), _("write 'key: value'"))
            node = self._value(next(events), events, depth + 1, self._place(event))
            if event.value in fields:
                self._duplicate(event, fields[event.value].place)
            else:
                fields[event.value] = node
        return fields

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            message = _("the alias *{name} names nothing above it").format(name=event.anchor)
            self._refuse("unknown-alias", event, message, _("write the value out"))
        node, size = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            message = _("aliases stand for more than {most} values").format(most=MOST_ALIASED)
            self._refuse("alias-bomb", event, message, _("write the values out"))
        return node

    def _duplicate(self, event: Any, first: Place) -> None:
        message = _("the key {key!r} stands twice, first in line {line}").format(
            key=event.value, line=first.line
        )
        self.faults.add("duplicate-key", self._place(event), message, _("keep one of the two"), event.value)

    def _refuse(self, code: str, event: Any, message: str, fix: str) -> None:
        raise InputError([Fault(code, self._place(event), message, fix)])

    def _place(self, event: Any) -> Place:
        return Place(self.file, line=event.start_mark.line + 1)

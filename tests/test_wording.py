"""What pydantic refuses and what typer refuses, in the words of the user."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

import app_cli
from inventory.text import speaking
from inventory.wording import sentences, worded


class Side(Enum):
    left = "left"
    right = "right"


class Sample(BaseModel):
    """One field of each kind that the program's documents have."""

    model_config = ConfigDict(extra="forbid")
    whole: int = 1
    number: float = 1.0
    money: Decimal = Decimal(1)
    name: str = ""
    flag: bool = False
    day: date = date(2027, 1, 1)
    moment: datetime = datetime(2027, 1, 1, 8)
    many: list[int] = []
    pair: tuple[int, ...] = ()
    fields: dict[str, int] = {}
    inner: "Sample | None" = None
    side: Side = Side.left
    word: Literal["a", "b"] = "a"
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    least: Annotated[int, Field(ge=3)] = 3
    most: Annotated[int, Field(le=3)] = 3
    more: Annotated[int, Field(gt=3)] = 4
    less: Annotated[int, Field(lt=3)] = 2
    own: int = 0
    needed: int

    @field_validator("own")
    @classmethod
    def _own(cls, value: int) -> int:
        if value:
            raise ValueError("只能为零 or 不填")
        return value


CASES = {
    "whole": ("x", "must be a whole number", "应为整数"),
    "number": ("x", "must be a number", "应为数"),
    "money": ("x", "must be a number", "应为数"),
    "name": (3, "must be text", "应为文字"),
    "flag": ("x", "must be true or false", "应为true或false"),
    "day": ("x", "must be a date such as 2027-03-31", "应为日期，如2027-03-31"),
    "moment": ("x", "must be a time such as 2027-03-31T08:00:00", "应为时间，如2027-03-31T08:00:00"),
    "many": (3, "must be a list", "应为列表"),
    "pair": (3, "must be a list", "应为列表"),
    "fields": (3, "must have fields with values", "应含字段和值"),
    "inner": (3, "must have fields with values", "应含字段和值"),
    "side": ("up", "must be one of 'left', 'right'", "应为以下之一：'left', 'right'"),
    "word": ("c", "must be one of 'a', 'b'", "应为以下之一：'a', 'b'"),
    "code": ("A", "must have the form ^[a-z]+$", "格式应为^[a-z]+$"),
    "least": (1, "must be at least 3", "应不小于3"),
    "most": (9, "must be at most 3", "应不大于3"),
    "more": (1, "must be more than 3", "应大于3"),
    "less": (9, "must be less than 3", "应小于3"),
    "own": (1, "只能为零 or 不填", "只能为零 or 不填"),
    "nowhere": (1, "there is no such field", "没有这个字段"),
}


@pytest.mark.parametrize("field", CASES)
def test_a_refused_value_is_told_by_its_field(field):
    value, english, chinese = CASES[field]
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate({"needed": 1, field: value})
    for language, words in (("en", english), ("zh_CN", chinese)):
        with speaking(language):
            assert list(worded(refused.value)) == [(field, words)]


def test_what_is_missing_or_no_json_is_told_too():
    with pytest.raises(ValidationError) as missing:
        Sample.model_validate({"inner": {}})
    with pytest.raises(ValidationError) as broken:
        Sample.model_validate_json("{")
    with speaking("zh_CN"):
        assert sentences(missing.value) == ["inner.needed: 缺失", "needed: 缺失"]
        (said,) = sentences(broken.value)
    assert re.fullmatch(r"不是JSON（.+）", said)


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        ("plan town --nope", "there is no option --nope", "没有选项--nope"),
        ("plan town --time-limt 3", "perhaps --time-limit", "是否想写：--time-limit"),
        ("pln", "there is no command pln; perhaps plan", "没有命令pln；是否想写：plan"),
        ("verify", "PLAN is missing", "缺少PLAN"),
        ("verify a b c", "there is no use for c", "多余的参数：c"),
        ("plan town --scenario", "--scenario needs a value", "--scenario后面缺少值"),
        ("plan town --time-limit x", "--time-limit: must be a number", "--time-limit: 应为数"),
        ("plan town --gap 2", "--gap: must be at most 1", "--gap: 应不大于1"),
        ("plan town --format yaml", "--format: yaml is none of table", "--format：yaml不在table"),
    ],
)
def test_a_faulty_command_line_is_told_in_the_users_language(words, english, chinese, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    for language, said in (("en", english), ("zh_CN", chinese)):
        with speaking(language):
            assert app_cli.main(words.split()) == 2
        err = capsys.readouterr().err
        assert said in err
        assert "Usage" not in err or language == "en"


def test_a_page_of_help_says_how_a_verb_is_called(capsys):
    with speaking("zh_CN"):
        assert app_cli.main(["plan", "--help"]) == 0
    assert "用法：govplan plan" in capsys.readouterr().out

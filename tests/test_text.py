"""Every text for people speaks Chinese and English."""

import string
from contextvars import copy_context

import pytest

import inventory
from docs.catalogue import DOCUMENTS, merged, msgids, translations
from inventory.exchange.columns import columns
from inventory.model import COLLECTIONS, Order, Prefix, Workload
from inventory.model.fields import Shape, shapes, title
from inventory.model.labels import code_label, column_label, column_path, label
from inventory.text import _, language, set_language, speaking
from planner.rulebook import RULES

KINDS = {**COLLECTIONS, **DOCUMENTS}


def placeholders(text):
    return sorted(name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name)


def filled(text):
    """A text is a template unless a brace in it is an example."""
    return "{kunpeng-a:" not in text


def test_the_catalogue_has_every_text_and_no_other():
    assert msgids() == translations().keys()


def test_every_text_is_translated():
    assert [text for text, chinese in translations().items() if not chinese.strip()] == []


def test_translations_fill_in_the_same_values():
    differing = [
        text
        for text, chinese in translations().items()
        if filled(text) and placeholders(text) != placeholders(chinese)
    ]
    assert differing == []


def test_merging_keeps_the_translations():
    assert merged().count("\nmsgid ") == len(msgids()) + 1
    assert '\nmsgid "cutover"' not in merged()
    assert 'msgid "Overview"\nmsgstr "总览"' in merged()


def test_english_is_the_msgid():
    with speaking("en"):
        assert all(_(text) == text for text in msgids())


def test_speaking_ends_with_its_block():
    copy_context().run(chosen)
    assert _("Plan") == {"en": "Plan", "zh_CN": "方案"}[language()]


def chosen():
    set_language("en")
    with speaking("zh"):
        assert (language(), _("Plan")) == ("zh_CN", "方案")
        with speaking("en-GB"):
            assert _("Plan") == "Plan"
        assert _("Plan") == "方案"
    assert _("Plan") == "Plan"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_chinese_headings_are_distinct_and_read_back(kind):
    paths = [column.path for column in columns(kind, [2025])]
    with speaking("zh_CN"):
        headings = {column_label(kind, path): path for path in paths}
    assert len(headings) == len(paths)
    assert {heading: column_path(kind, heading) for heading in headings} == headings


def test_names_of_sheets_fit_a_workbook():
    with speaking("zh_CN"):
        names = [_(title(name)) for name in ("city", *COLLECTIONS)]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def choices(kind):
    return [inner.choices for column in columns(kind, [2025]) for inner in parts(column.shape)]


def parts(shape: Shape):
    return [shape, *([shape.item] if shape.item else [])]


@pytest.mark.parametrize("kind", COLLECTIONS.values(), ids=COLLECTIONS)
def test_every_code_has_a_chinese_word_of_its_own(kind):
    with speaking("zh_CN"):
        for codes in choices(kind):
            assert len({code_label(codes, code) for code in codes}) == len(codes)


def test_one_english_code_is_one_chinese_word():
    with speaking("zh_CN"):
        assert code_label(("any", "together"), Order.any) == "不限"
        assert label("memory_gib", shapes(Workload)["memory_gib"]) == "内存(GiB)"
        assert label("zone", shapes(Prefix)["zone"]) == "网络区"


def test_a_finding_and_a_rule_read_chinese(tieling):
    with speaking("zh_CN"):
        report = inventory.check(tieling)
        cost = RULES["om_cost_never_rises"].sentence
    risen = next(f for f in report.findings if f.rule == "INV-201")
    assert risen.message == "生态环境监测项目：审定运维费用由 2024 年的 193000 元升至 2025 年的 208000 元"
    assert cost == "原有项目年运维费用既不超过最近审定年度，也不超过上一年。"
    assert all(any("一" <= letter <= "鿿" for letter in f.message) for f in report.findings)

"""The tests of the web face speak Chinese, whatever the machine speaks."""

import sys

import pytest

from inventory.text import speaking


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh_CN"):
        yield


@pytest.fixture(autouse=True)
def own_main(monkeypatch):
    """A page run in this process poses as ``__main__``, which fresh processes would then run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])

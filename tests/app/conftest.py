"""The tests of the web face speak Chinese, whatever the machine speaks."""

import pytest

from inventory.text import speaking


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh_CN"):
        yield

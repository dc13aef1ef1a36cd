"""All text for people passes through here: msgid English, ``zh_CN`` complete.

``_`` translates now; ``N_`` only marks a text that is declared at import time and
translated by ``_`` when it is shown. The language belongs to the context, so two
browser sessions may speak two languages at once.
"""

import locale
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from babel.messages.pofile import read_po

from inventory.resources import resource

LANGUAGES = ("zh_CN", "en")
_language: ContextVar[str | None] = ContextVar("language", default=None)


def _(msgid: str) -> str:
    """Translate a text into the language of the context."""
    return _catalog(language()).get(msgid, msgid)


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext gives to deferred texts
    """Mark a text for translation without translating it yet."""
    return msgid


def language() -> str:
    """Return the language in force: chosen, else by locale, else Chinese."""
    return _language.get() or _from_locale()


def set_language(name: str | None) -> None:
    """Choose the language of this context; ``None`` returns to the locale's."""
    _language.set(closest(name) if name else None)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak a language inside a ``with`` block."""
    token = _language.set(closest(name))
    try:
        yield
    finally:
        _language.reset(token)


def joined(items: Iterable[str]) -> str:
    """Join words into an enumeration of the language."""
    return ("、" if language() == "zh_CN" else ", ").join(items)


def closest(name: str) -> str:
    """Return the supported language nearest to a tag such as ``en-GB`` or ``zh``."""
    return "en" if name.lower().startswith("en") else "zh_CN"


@cache
def _from_locale() -> str:
    named = next((v for k in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(k))), None)
    return closest(named or locale.getlocale()[0] or "")


@cache
def _catalog(name: str) -> dict[str, str]:
    if name == "en":
        return {}
    with resource("locale", f"{name}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}

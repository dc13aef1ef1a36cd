"""Audits in the store: noted with where their inputs lie, and found again by a verdict's name."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from inventory.audit import cases
from inventory.audit.cases import Case
from inventory.audit.verdicts import Audit, Verdict
from inventory.errors import Fault, InputError, Place, UsageError
from inventory.store import Identity, Store
from inventory.text import _, joined
from inventory.wording import sentences

ORIGIN = "origin"
"""Kind of the documents that say where an audit's inputs lie."""
AUDIT, VERDICT = "audit", "verdict"
"""Kinds of the documents that ``cases.observe`` stores."""


@dataclass(frozen=True)
class Kept:
    """An audit of the store, with the folders it was made from."""

    audit: Audit
    folder: Path | None
    """The city's folder, where the store knows it."""
    telemetry: Path | None


def note(store: Store, audit: Audit, actor: Identity, folder: Path, telemetry: Path) -> tuple[Case, ...]:
    """Note an audit in the store and carry its cases on; the same audit again changes nothing.

    Args:
        store: the store.
        audit: the verdicts.
        actor: who had them made.
        folder: the city's folder.
        telemetry: the lake's folder.

    Returns:
        every case of the city.
    """
    store.put(ORIGIN, _origin(audit, folder, telemetry))
    document = audit.model_dump(mode="json")
    return cases.observe(store, document, actor, city=audit.city, flags=flagged(audit))


def _origin(audit: Audit, folder: Path, telemetry: Path) -> dict[str, str]:
    places = {"folder": str(folder.resolve()), "telemetry": str(telemetry.resolve())}
    return {"city": audit.city, "as_of": audit.as_of.isoformat(), **places}


def flagged(audit: Audit) -> dict[str, list[str]]:
    """Return the systems that each rule pack flags."""
    return {
        pack: [name for name, state in answers.items() if state == "flagged"]
        for pack, answers in audit.flags.items()
    }


def find(store: Store, name: str) -> tuple[Kept, Verdict]:
    """Return the newest verdict by its id, the beginning of it, or its system, with its audit.

    Raises:
        UsageError: the store knows none of that name.
    """
    known: list[str] = []
    for kept in audits(store):
        for verdict in kept.audit.verdicts:
            if name == verdict.system or verdict.id.startswith(name):
                return kept, verdict
            known.append(verdict.system)
    near = get_close_matches(name, known) or list(dict.fromkeys(known))[:5]
    message = _("the store {store} knows no verdict {name}; it has {near}. Run: govplan zombies CITY")
    raise UsageError(message.format(store=store.name, name=name, near=joined(near) or _("none")))


def answers(store: Store, known: Iterable[Case]) -> Iterator[tuple[Verdict, bool]]:
    """Yield the last zombie verdict of each answered case, with True where nobody uses the system."""
    for case in known:
        seen = [e for e in store.journal(case.subject) if e.payload.get("kind") == "zombie"]
        if case.answer is not None and seen:
            document = store.get(VERDICT, str(seen[-1].payload["verdict"]))
            yield Verdict.model_validate(document), case.answer == "unused"


def read(path: Path) -> Audit:
    """Read an audit that ``govplan zombies CITY -o FILE.json`` wrote.

    Raises:
        InputError: the file holds no audit of this version.
    """
    try:
        return Audit.model_validate(json.loads(path.read_text("utf-8-sig")))
    except ValidationError as error:
        reason = "; ".join(sentences(error)[:3])
    except (OSError, ValueError) as error:
        reason = str(error)
    fix = _("write it anew: govplan zombies CITY -o {file}").format(file=path.name)
    message = _("the file holds no audit ({reason})").format(reason=reason)
    raise InputError([Fault("no-audit", Place(path.as_posix()), message, fix)])


def audits(store: Store) -> Iterator[Kept]:
    """Yield the audits of the store, newest first."""
    for stored in reversed(store.documents(AUDIT)):
        audit = Audit.model_validate(cases.recall(store, stored.digest))
        folder, telemetry = places(store, audit)
        yield Kept(audit, folder, telemetry)


def places(store: Store, audit: Audit) -> tuple[Path | None, Path | None]:
    """Return the folders of city and telemetry: of the newest origin that fits, else of any of the city's."""
    origins = [store.get(ORIGIN, stored.digest) for stored in reversed(store.documents(ORIGIN))]
    for origin in sorted(origins, key=lambda origin: origin["as_of"] != audit.as_of.isoformat()):
        if origin["city"] == audit.city:
            return Path(origin["folder"]), Path(origin["telemetry"])
    return None, None

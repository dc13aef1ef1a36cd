"""What is handed over on paper: everything an evidence pack needs, and the letters to the owners."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from inventory.audit import cases, packs, rightsizing, shelf
from inventory.audit.telemetry import Lake
from inventory.audit.verdicts import Audit, Kind
from inventory.model import City
from inventory.store import Store
from planner.report import letters
from planner.report.evidence_pack import Dossier, row_counts
from planner.report.letters import Letter

NOTICED = (Kind.zombie,)
"""Verdicts whose owners get a letter."""


def dossier(audit: Audit, city: City, lake: Lake, store: Store) -> Dossier:
    """Gather what an evidence pack is written from: data, cases, journal, the audit before, sizes."""
    data = rightsizing.with_sizes(city, lake.rollups())
    sizes = rightsizing.suggest(city, data, last=audit.as_of, verdicts=audit.verdicts)
    known = cases.all_cases(store)
    return Dossier(
        audit=audit,
        city=city,
        head=store.head(),
        rows=row_counts(lake, audit),
        sources=lake.sources(),
        cases=tuple(case for case in known if case.city == audit.city),
        entries=store.journal(),
        packs=packs.read_packs(),
        before=earlier(audit, store),
        sizes=sizes,
    )


def earlier(audit: Audit, store: Store) -> Audit | None:
    """Return the audit of the city that the store noted last before this one."""
    known = [k.audit for k in shelf.audits(store) if k.audit.city == audit.city]
    return max((a for a in known if a.as_of < audit.as_of), key=lambda a: a.as_of, default=None)


def letter(audit: Audit, city: City, store: Store, system: str, issued: date) -> Letter:
    """Return the notice to the owner of a system, or the reminder where the case says urged."""
    policy, known = cases.read_policy(), cases.all_cases(store, issued)
    case = next((c for c in known if (c.city, c.system) == (audit.city, system)), None)
    asked = case.since if case and case.urged and case.state is cases.State.owner_asked else None
    term = policy.urged if asked else policy.answer
    return Letter(audit.by_system[system], city, issued, term, store.head(), asked=asked)


def notices(audit: Audit, city: City, store: Store, issued: date, folder: Path) -> tuple[Path, ...]:
    """Write a notice for every system called a zombie into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_notices(audit, city, store, issued, folder))


def _notices(audit: Audit, city: City, store: Store, issued: date, folder: Path) -> Iterator[Path]:
    for verdict in audit.verdicts:
        if verdict.kind in NOTICED:
            path = folder / f"{verdict.system}-{audit.as_of}.docx"
            letters.write(letter(audit, city, store, verdict.system, issued), path)
            yield path


def archived(folder: Path) -> bytes:
    """Return the files of a folder as one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return out.getvalue()

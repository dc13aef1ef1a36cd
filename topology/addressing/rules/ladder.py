"""V6-404 to V6-406: the plan against the levels, the layout profile and the uplinks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inventory.finding import Flaw, Severity
from inventory.model import Level
from inventory.text import N_, _
from topology.addressing.notation import cidrs
from topology.addressing.numbers import Bools, Ints, last_words
from topology.addressing.profile import BitField, Profile, beside
from topology.addressing.rules.register import REGISTER, Case, further, judged
from topology.addressing.rules.sites import Sites

LADDER = N_("five levels of the extranet; the profile in use")


Blocks = dict[tuple[int, int], int]
"""Routing table and site to the first block of the site there."""


@REGISTER.rule(
    "V6-404", N_("A site's block lies in the block of the site above"), Severity.error, basis=LADDER
)
def ladder(case: Case) -> Iterator[Flaw | int]:
    """Blocks of sites, where it is known who is above them; their length where a profile states it."""
    sites = case.sites
    tops = sites.tops[::-1] if sites.known else sites.tops[:0]
    keys = zip(case.group[tops].tolist(), sites.of[tops].tolist(), strict=True)
    blocks: Blocks = dict(zip(keys, tops.tolist(), strict=True))
    pairs = [(entry, _due(case, sites, entry, blocks)) for entry in tops[::-1].tolist()]
    yield sum(above > 0 for _entry, above in pairs)
    for entry, above in pairs:
        if above and not _inside(case, sites, entry, above):
            yield from further(_outside(case, sites, entry, blocks[int(case.group[entry]), above]))
    yield from _lengths(case, sites)


def _due(case: Case, sites: Sites, entry: int, blocks: Blocks) -> int:
    """Return the nearest site above that has a block in the same routing table, or 0."""
    group = int(case.group[entry])
    return next((site for site in sites.above(int(sites.of[entry])) if (group, site) in blocks), 0)


def _inside(case: Case, sites: Sites, entry: int, above: int) -> bool:
    outer = int(case.tree.parent[entry])
    while outer >= 0 and sites.of[outer] != above:
        outer = int(case.tree.parent[outer])
    return outer >= 0


def _outside(case: Case, sites: Sites, entry: int, block: int) -> Flaw:
    site, upper = sites.names[int(sites.of[entry])], sites.names[int(sites.of[block])]
    message = _("{value} of {site} lies outside {block} of {upper} above it")
    return case.flaw(
        entry,
        message.format(value=case.text(entry), site=site, upper=upper, block=case.text(block)),
        advice=_("take a block inside that of the site above, so that one route covers both"),
        evidence={"site": site, "above": upper, "other": case.row(block)},
        identity=(upper,),
    )


def _lengths(case: Case, sites: Sites) -> Iterator[Flaw | int]:
    if case.profile is None or not case.profile.levels:
        return
    wanted = _wanted(case, sites, case.profile)
    asked = sites.tops[case.six[sites.tops] & (wanted[sites.tops] > 0)]
    asked = asked[_laid_out(case, case.profile)[asked]]
    profile = case.profile

    def make(entry: int) -> Flaw:
        message = _("{value}: the profile {profile!r} gives this level a /{length}")
        message = message.format(value=case.text(entry), profile=profile.name, length=int(wanted[entry]))
        advice = _("give the site a /{length}").format(length=int(wanted[entry]))
        return case.flaw(entry, message, advice=advice, identity=("length",))

    yield from judged(len(asked), asked[case.numbers.length[asked] != wanted[asked]], make)


def _wanted(case: Case, sites: Sites, profile: Profile) -> Ints:
    city = case.city
    aside = [site.id for site in city.sites if beside(city, site)] if city else []
    codes, words = sites.column("level")
    lengths = [profile.levels.get(Level(word), 0) if word in list(Level) else 0 for word in words]
    return np.where(case.says("site", *aside), profile.site, np.array(lengths)[codes])


def _laid_out(case: Case, profile: Profile) -> Bools:
    return case.within(profile.block)


@REGISTER.rule(
    "V6-405",
    N_("The bits of a prefix say what its record says"),
    Severity.error,
    basis=N_("the profile in use"),
)
def fields(case: Case) -> Iterator[Flaw | int]:
    """For each field of the profile: prefixes that reach behind it and whose record has a code."""
    profile, sites = case.profile, case.sites
    if profile is None:
        return
    for field in profile.fields:
        if not field.codes or not (field.record or field.name):
            continue
        codes, words = sites.column(field.record or field.name)
        wanted = np.array([field.codes.get(word, -1) for word in words], np.int64)[codes]
        asked = _laid_out(case, profile) & (case.length >= field.end) & (wanted >= 0)
        found = _bits(case, field)
        yield from judged(asked, asked & (found != wanted), _Mismatch(case, field, found, codes, words))


def _bits(case: Case, field: BitField) -> Ints:
    """Return the number that each entry holds in a field."""
    high, low = case.numbers.high, case.numbers.low
    mask = np.uint64((1 << field.bits) - 1)
    if field.end <= 64:
        return ((high >> np.uint64(64 - field.end)) & mask).astype(np.int64)
    if field.start >= 64:
        return ((low >> np.uint64(128 - field.end)) & mask).astype(np.int64)
    over = np.uint64(field.end - 64)
    return (((high << over) | (low >> (np.uint64(64) - over))) & mask).astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Mismatch:
    """Makes the flaw of one entry and one field."""

    case: Case
    field: BitField
    found: Ints
    codes: Ints
    words: Sequence[str]

    def __call__(self, entry: int) -> Flaw:
        field, number, word = self.field, int(self.found[entry]), self.words[int(self.codes[entry])]
        message = _("{value}: bits {start} to {end} ({field}) say {found}, the record says {word} ({code})")
        return self.case.flaw(
            entry,
            message.format(
                value=self.case.text(entry),
                start=field.start,
                end=field.end - 1,
                field=field.name,
                found=field.word(number) or number,
                word=word,
                code=field.codes[word],
            ),
            advice=_("correct the record, or take a prefix whose bits say so"),
            evidence={"field": field.name, "bits": number, "code": field.codes[word]},
            identity=(field.name,),
        )


@REGISTER.rule(
    "V6-406", N_("A site and all below it need few routes"), Severity.warning, basis="RFC 4291 section 2.5"
)
def routes(case: Case) -> Iterator[Flaw | int]:
    """Sites that have sites below them, by routing table."""
    sites, most = case.sites, case.policy.limits.most_routes
    below: dict[tuple[int, int], list[int]] = defaultdict(list)
    for entry in sites.tops.tolist() if sites.known else ():
        site, group = int(sites.of[entry]), int(case.group[entry])
        for above in (site, *sites.above(site)):
            below[group, above].append(entry)
    parents = set(sites.parent)
    asked = {key: found for key, found in below.items() if key[1] in parents}
    yield len(asked)
    for (_group, site), entries in asked.items():
        count = _merged(case, entries)
        if count > most:
            message = _("{site} with {value} and what lies below needs {n} routes at the uplink, not {most}")
            yield from further(
                case.flaw(
                    entries[0],
                    message.format(site=sites.names[site], value=case.text(entries[0]), n=count, most=most),
                    advice=_("move what lies outside into the site's own block"),
                    evidence={"site": sites.names[site], "routes": count},
                    identity=("routes", sites.names[site]),
                )
            )


def _merged(case: Case, entries: list[int]) -> int:
    """Return the fewest routes that cover exactly some prefixes of one version."""
    chosen = np.array(entries)
    high, low = (word[chosen] for word in case.numbers.network)
    ends = last_words((high, low), case.numbers.length[chosen])
    columns = (word.tolist() for word in (high, low, *ends))
    spans = sorted((h << 64 | w, eh << 64 | ew) for h, w, eh, ew in zip(*columns, strict=True))
    joint: list[list[int]] = []
    for first, last in spans:
        if joint and first <= joint[-1][1] + 1:
            joint[-1][1] = max(joint[-1][1], last)
        else:
            joint.append([first, last])
    return sum(len(list(cidrs(128, first, last))) for first, last in joint)

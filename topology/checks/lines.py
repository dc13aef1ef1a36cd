"""Rules of the lines: bandwidth known, not full, not held back further up."""

from collections.abc import Iterator

from inventory.finding import Flaw, Severity
from inventory.model import Link, called
from inventory.text import N_, _
from topology.checks.survey import REGISTER, Survey, each, ids, in_groups
from topology.paths import bottlenecks


@REGISTER.rule("TOP-110", N_("The bandwidth of every line is known"), Severity.info)
def unknown_bandwidth(survey: Survey) -> Iterator[Flaw | None]:
    """Lines without a bandwidth; below the counties one finding a county."""

    def told(subject: str, lines: tuple[Link, ...]) -> Flaw:
        message = (
            _("{line}: the bandwidth is unknown").format(line=survey.line(lines[0]))
            if subject.startswith("links/")
            else _("{county}: the bandwidth of {n} lines is unknown, among them {line}").format(
                county=survey.place(subject.removeprefix("sites/")), n=len(lines), line=survey.line(lines[0])
            )
        )
        advice = _("take the bandwidth from the contract; until then no capacity is checked there")
        return Flaw(subject, message, advice=advice, evidence={"links": ids(line.id for line in lines)})

    yield from in_groups(survey, survey.city.links, lambda line: line.mbit is None, told)


@REGISTER.rule("TOP-111", N_("No line is fuller at its peak than planned"), Severity.warning)
def full_lines(survey: Survey) -> Iterator[Flaw | None]:
    """Measured peak use against the planned one; a line that is full is an error."""

    def faulty(line: Link) -> Flaw | None:
        used = line.utilisation or 0
        if used <= survey.peak * 10_000:
            return None
        message = _("{line}: peak use {used} % of {mbit} Mbit/s, at most {peak} % is planned").format(
            line=survey.line(line), used=used / 100, mbit=line.mbit or "?", peak=_percent(survey)
        )
        return Flaw(
            f"links/{line.id}",
            message,
            advice=_("order more bandwidth, or move traffic to another line"),
            evidence={"utilisation": used, "mbit": line.mbit},
            severity=Severity.error if used >= 10_000 else None,
        )

    yield from each((line for line in survey.city.links if line.utilisation is not None), faulty)


def _percent(survey: Survey) -> str:
    return f"{survey.peak * 100:.0f}"


@REGISTER.rule("TOP-112", N_("Lines carry the traffic between platforms"), Severity.warning)
def carried(survey: Survey) -> Iterator[Flaw | None]:
    """Declared peak traffic of the dependencies routed over a line against its bandwidth."""
    load: dict[str, int] = {}
    for pair, needs in survey.traffic.items():
        route = survey.routes[pair]
        for link in route.links if route else ():
            load[link] = load.get(link, 0) + sum(need.mbit or 0 for need in needs)

    def faulty(line: Link) -> Flaw | None:
        limit, asked = line.mbit or 0, load[line.id]
        if asked <= limit * survey.peak:
            return None
        return Flaw(
            f"links/{line.id}",
            _("{line}: dependencies between platforms ask for {asked} of {mbit} Mbit/s at their peak").format(
                line=survey.line(line), asked=asked, mbit=limit
            ),
            advice=_("order more bandwidth before systems are parted across this line"),
            evidence={"asked": asked, "mbit": limit},
            severity=Severity.error if asked > limit else None,
        )

    loaded = (line for line in survey.city.links if line.id in load and line.mbit is not None)
    yield from each(loaded, faulty)


@REGISTER.rule("TOP-113", N_("No line holds back wider ones below it"), Severity.info)
def held_back(survey: Survey) -> Iterator[Flaw | None]:
    """Sites whose way up is narrower than their own line, by the line that narrows it."""
    narrow = bottlenecks(survey.graph)
    for line in survey.city.links:
        below = narrow.get(line.id)
        yield _narrow(survey, line, below) if below else None


def _narrow(survey: Survey, line: Link, below: tuple[str, ...]) -> Flaw:
    words, counts = survey.carries(below)
    first = called(survey.sites[below[0]])
    return Flaw(
        f"links/{line.id}",
        _("{line}: {mbit} Mbit/s hold back wider lines below it ({what}; {site} among them)").format(
            line=survey.line(line), mbit=line.mbit, what=words, site=first
        ),
        advice=_("widen this line first; wider lines below it gain nothing alone"),
        evidence=counts | {"mbit": line.mbit, "sites": ids(below)},
    )


@REGISTER.rule("TOP-122", N_("When one of two lines fails the other carries the peak"), Severity.warning)
def left_over(survey: Survey) -> Iterator[Flaw | None]:
    """Measured peaks of parallel lines against what is left without the widest of them."""
    parallel: dict[frozenset[str], list[Link]] = {}
    for line in survey.city.links:
        parallel.setdefault(frozenset((line.a, line.b)), []).append(line)
    for lines in parallel.values():
        if len(lines) > 1 and all(line.mbit is not None for line in lines):
            yield _overrun(survey, lines)


def _overrun(survey: Survey, lines: list[Link]) -> Flaw | None:
    peak = sum((line.mbit or 0) * (line.utilisation or 0) for line in lines) // 10_000
    widest = max(lines, key=lambda line: line.mbit or 0)
    left = sum(line.mbit or 0 for line in lines) - (widest.mbit or 0)
    if peak <= left:
        return None
    return Flaw(
        f"links/{widest.id}",
        _("{line}: when it fails, {left} Mbit/s are left for a peak of {peak} Mbit/s").format(
            line=survey.line(widest), left=left, peak=peak
        ),
        advice=_("make the backup line as wide as the peak"),
        evidence={"peak": peak, "left": left, "lines": ids(line.id for line in lines)},
    )

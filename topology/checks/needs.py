"""Rules of the platforms and of the dependencies between them."""

from collections.abc import Iterator

from inventory.finding import Flaw, Severity
from inventory.model import Dependency, Platform, PlatformKind, called
from inventory.text import N_, _, joined
from topology.checks.survey import REGISTER, Survey, each, ids
from topology.levels import order_cycles
from topology.paths import Route


@REGISTER.rule("TOP-116", N_("Systems whose order of moving runs in a circle"), Severity.info)
def cycles(survey: Survey) -> Iterator[Flaw | None]:
    """Each group of systems that will move together."""
    groups = {group[0]: group for group in order_cycles(survey.city)}
    for system in survey.city.systems:
        yield _circle(survey, groups[system.id]) if system.id in groups else None


def _circle(survey: Survey, group: tuple[str, ...]) -> Flaw:
    return Flaw(
        f"systems/{group[0]}",
        _("{n} systems each wait for the other and will move together: {names}").format(
            n=len(group), names=joined(called(survey.city.system[system]) for system in group)
        ),
        advice=_("loosen the order of one dependency where they should move apart"),
        evidence={"systems": list(group)},
    )


@REGISTER.rule("TOP-117", N_("Every platform is connected at a site"), Severity.warning)
def connected(survey: Survey) -> Iterator[Flaw | None]:
    """Platforms without a site; for another body's platform this is only information."""

    def faulty(platform: Platform) -> Flaw | None:
        if platform.site is not None:
            return None
        return Flaw(
            f"platforms/{platform.id}",
            _("{platform} is connected at no site; no way to it can be checked").format(
                platform=called(platform)
            ),
            advice=_("name the extranet site it is connected at"),
            severity=Severity.info if platform.kind is PlatformKind.external else None,
        )

    yield from each(survey.city.platforms, faulty)


@REGISTER.rule("TOP-118", N_("Dependent platforms have a way to each other"), Severity.error)
def routed(survey: Survey) -> Iterator[Flaw | None]:
    """One finding a pair of platforms without a way, with its dependencies."""
    for (start, end), needs in survey.traffic.items():
        ends = survey.city.platform[start], survey.city.platform[end]
        if any(platform.site is None for platform in ends):
            continue
        yield (
            None
            if survey.routes[start, end]
            else Flaw(
                f"platforms/{start}",
                _("no line leads from {a} to {b}, but {n} dependencies need it").format(
                    a=called(ends[0]), b=called(ends[1]), n=len(needs)
                ),
                advice=_("enter the missing line, or the site the platform is really connected at"),
                evidence={"to": end, "dependencies": ids(need.id for need in needs)},
                identity=(end,),
            )
        )


@REGISTER.rule("TOP-119", N_("No way is slower than a dependency bears"), Severity.error)
def fast_enough(survey: Survey) -> Iterator[Flaw | None]:
    """Delay of the way between two platforms against the longest that is borne."""
    for pair, needs in survey.traffic.items():
        route = survey.routes[pair]
        if route is None or route.latency is None:
            continue
        for need in needs:
            if need.latency is not None:
                yield _slow(survey, need, route) if route.latency > need.latency else None


def _slow(survey: Survey, need: Dependency, route: Route) -> Flaw:
    consumer, provider = survey.city.system[need.consumer], survey.city.system[need.provider]
    return Flaw(
        f"dependencies/{need.id}",
        _("{a} bears {most} ms to {b}, but the way takes {ms} ms ({links})").format(
            a=called(consumer),
            b=called(provider),
            most=(need.latency or 0) / 1000,
            ms=(route.latency or 0) / 1000,
            links=joined(route.links),
        ),
        advice=_("bring both systems to one site, or to platforms nearer to each other"),
        evidence={"latency": route.latency, "borne": need.latency, "links": list(route.links)},
    )

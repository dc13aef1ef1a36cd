"""Websites, and which units have joined the extranet."""

from collections.abc import Iterator

from inventory.checks.register import REGISTER
from inventory.finding import Flaw, Severity
from inventory.model import AccessRecord, AccessState, City, Website, called
from inventory.text import N_, _, joined
from inventory.units import PERCENT, show

EVERY_UNIT = "铁岭市数据局 2024-10-30 二(三): 财政预算管理单位全部纳入电子政务外网接入范围"
EVERY_SITE = "铁岭市数据局 2024-10-30 二(三): 网站(含二、三级页面)全部支持IPv6访问"
WHOLE = 10_000
REVIEW_DAYS = 5
JOINED = (
    AccessState.commissioned,
    AccessState.changed,
    AccessState.exit_submitted,
    AccessState.exit_approved,
)
GRANTED = (AccessState.approved, AccessState.filed)


@REGISTER.rule("INV-601", N_("A website answers over IPv6"), Severity.warning, basis=EVERY_SITE)
def website(city: City) -> Iterator[Flaw | None]:
    """AAAA record and home page."""
    for site in city.websites:
        states = {"AAAA": site.aaaa, _("home page"): site.home_ok}
        lacking = [name for name, state in states.items() if not state]
        yield None if not lacking else _offline(site, lacking, False not in states.values())


def _offline(site: Website, lacking: list[str], unknown: bool) -> Flaw:
    failing = _("{site} ({domain}) fails over IPv6: {what}")
    unsure = _("{site} ({domain}): not known over IPv6: {what}")
    return Flaw(
        f"websites/{site.id}",
        (unsure if unknown else failing).format(site=called(site), domain=site.domain, what=joined(lacking)),
        advice=_("publish the AAAA record and let the front end listen on IPv6"),
        evidence={"aaaa": site.aaaa, "home_ok": site.home_ok},
        severity=Severity.info if unknown else None,
    )


@REGISTER.rule(
    "INV-602", N_("Second- and third-level pages answer over IPv6"), Severity.warning, basis=EVERY_SITE
)
def linked_pages(city: City) -> Iterator[Flaw | None]:
    """Websites with a measured rate."""
    for site in city.websites:
        rates = [rate for rate in (site.link2_rate, site.link3_rate) if rate is not None]
        if not rates:
            continue
        message = _("{site} ({domain}): only {rate} % of its linked pages answer over IPv6")
        yield (
            None
            if min(rates) == WHOLE
            else Flaw(
                f"websites/{site.id}",
                message.format(site=called(site), domain=site.domain, rate=show(PERCENT, min(rates))),
                advice=_("find the linked hosts without IPv6 and put them behind the website cluster"),
                evidence={"link2_rate": site.link2_rate, "link3_rate": site.link3_rate},
            )
        )


@REGISTER.rule("INV-611", N_("Every budget unit is on the extranet"), Severity.warning, basis=EVERY_UNIT)
def connected(city: City) -> Iterator[Flaw | None]:
    """Budget units: with a site of their own, or with a commissioned access record."""
    inside = {site.organisation for site in city.sites}
    inside |= {record.organisation for record in city.access_records if record.state in JOINED}
    states = {record.organisation: record.state for record in city.access_records}
    for unit in city.organisations:
        if not unit.budget_unit:
            continue
        state = states.get(unit.id)
        message = _("{unit} is a budget unit and not on the extranet ({state})")
        told = _(state.value) if state else _("no application")
        yield (
            None
            if unit.id in inside
            else Flaw(
                f"organisations/{unit.id}",
                message.format(unit=called(unit), state=told),
                advice=_("bring its application to commissioning"),
                evidence={"state": state.value if state else None},
            )
        )


@REGISTER.rule("INV-612", N_("An approved application is commissioned"), Severity.info, basis=EVERY_UNIT)
def commissioned(city: City) -> Iterator[Flaw | None]:
    """Applications past their approval."""
    for record in city.access_records:
        if record.state not in (*GRANTED, *JOINED):
            continue
        yield None if record.state in JOINED else _waiting(city, record)


def _waiting(city: City, record: AccessRecord) -> Flaw:
    days = (city.as_of - record.decided).days if record.decided else None
    since = _("for {days} days").format(days=days) if days is not None else _("for an unknown time")
    message = _("{name} is approved and not commissioned {since}")
    return Flaw(
        f"access_records/{record.id}",
        message.format(name=called(record), since=since),
        advice=_("file it and have the line put into service"),
        evidence={"state": record.state.value, "days": days},
    )


@REGISTER.rule("INV-613", N_("A review takes at most five working days"), Severity.info)
def reviewed_in_time(city: City) -> Iterator[Flaw | None]:
    """Decided applications whose working days are known."""
    for record in city.access_records:
        if record.working_days is None:
            continue
        message = _("the review of {name} took {days} working days, {most} are allowed")
        yield (
            None
            if record.working_days <= REVIEW_DAYS
            else Flaw(
                f"access_records/{record.id}",
                message.format(name=called(record), days=record.working_days, most=REVIEW_DAYS),
                advice=_("look where the review waited"),
                evidence={"working_days": record.working_days},
            )
        )

"""Reasons as codes with values: the document keeps no language, the reader chooses one."""

from inventory.model import Part
from inventory.text import N_, _, joined

TEXTS = {
    "used": N_("{signal}: used on {active} of {observed} observed days, last on {last}"),
    "dependant": N_("{system} still calls it"),
    "ledger_logins": N_("the inventory says {logins} log-ins a month although none was measured"),
    "unknown": N_(
        "{signal} is collected but unknown here: {observed} of {days} days, longest gap {gap} days"
    ),
    "no_use_known": N_("neither human nor machine use is known"),
    "few_families": N_("only {known} families of evidence are known; {needed} are needed"),
    "short_memory": N_("no use signal reaches back {days} days, so a yearly use would not show"),
    "low_score": N_("the evidence weighs {score} mB; {threshold} mB are needed"),
    "last_use": N_("no use up to {day}"),
    "any_use": N_("one day with {signal}"),
    "declare": N_("a declaration as stand-by, archive or security, with evidence"),
    "season": N_("use in the season that ends on {day}"),
    "season_unused": N_("no use in the season up to {day}"),
    "lapsed": N_("the declaration as {kind} lapsed on {day}: prove it again"),
    "lapses": N_("no new proof by {day}"),
    "cover": N_("{signal} observed on {share} % of days without a gap of {gap} days"),
    "remember": N_("observation from {day} on without use"),
    "released": N_("{system} no longer calls it"),
    "correct_ledger": N_("the inventory corrected, or the source of the log-ins found"),
    "worked": N_("{machine}: {metric} above rest on average from {first} to {last}"),
    "replaced": N_("{system} took over its function"),
    "suspended": N_("the inventory says it is suspended"),
    "contract_ended": N_("its O&M contract ended on {day}"),
    "contract_runs": N_("its O&M contract runs to {day}"),
}
"""Code to sentence."""
NAMES = {
    "logins": N_("Log-ins"),
    "requests": N_("Requests"),
    "flows_in": N_("Inbound flows"),
    "db_sessions": N_("Database sessions"),
    "dns_lookups": N_("DNS look-ups"),
    "messages": N_("Messages"),
    "cpu": N_("CPU"),
    "disk_read": N_("Disk reads"),
    "disk_write": N_("Disk writes"),
    "net_in": N_("Traffic in"),
    "net_out": N_("Traffic out"),
}
"""Signals and metrics that remarks speak of."""
_SEVERAL = ", "


class Remark(Part):
    """A reason: a code and the values it speaks of."""

    code: str
    values: dict[str, str | int] = {}

    @property
    def text(self) -> str:
        """The sentence in the language of the context."""
        return _(TEXTS[self.code]).format(**{key: _spoken(key, v) for key, v in self.values.items()})


def _spoken(key: str, value: str | int) -> str | int:
    if key == "kind":
        return _(str(value))
    if key not in ("signal", "metric"):
        return value
    return joined(_(NAMES.get(name, name)) for name in str(value).split(_SEVERAL))


def remark(code: str, **values: object) -> Remark:
    """Make a remark; days become ISO text."""
    return Remark(code=code, values={k: v if isinstance(v, int) else str(v) for k, v in values.items()})

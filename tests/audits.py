"""An audit of the tiny city: a is a zombie, b is used, of c nobody knows anything."""

from datetime import date, timedelta

from inventory.audit import verdicts
from inventory.audit.packs import State
from inventory.audit.telemetry import Lake, signals_of
from inventory.audit.verdicts import Audit
from tests import tiny
from tests.rolled import EPOCH, rolled

AS_OF = date(2026, 10, 31)
DAYS = [AS_OF - timedelta(n) for n in range(400)]
IDLE, BUSY = [100] * 24, [100] * 12 + [4000] * 12


def lake(path, idle="a", used="b") -> Lake:
    """Thirteen months of two metrics and of log-ins."""
    found = Lake(path)
    use = dict.fromkeys(idle, IDLE) | dict.fromkeys(used, BUSY)
    series = {(f"{s}-app", m): dict.fromkeys(DAYS, v) for s, v in use.items() for m in ("cpu", "memory")}
    found.add(rolled(series, vcpu={f"{s}-app": 4 for s in use}))
    rows = [(s, "logins", (d - EPOCH).days, 0 if s in idle else 5) for s in use for d in DAYS]
    found.add(signals_of(rows))
    return found


def audit(of: Lake, city=None) -> Audit:
    """The verdicts, with two published rules beside them."""
    found = verdicts.judge(city or tiny.city("abc"), of, AS_OF)
    flagged, clear = State.flagged, State.clear
    flags = {"one": {"a": flagged, "b": clear}, "two": {"a": flagged, "b": flagged}}
    return found.model_copy(update={"flags": flags})

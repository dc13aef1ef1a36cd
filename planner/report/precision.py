"""What the owners answered as tables: realised precision by rule, and the weights it speaks for."""

from collections.abc import Iterable

from inventory.audit.cases import Precision
from inventory.audit.verdicts import Calibration
from inventory.text import _
from planner.report.table import Column, Kind, Table

WHOLE = 10_000


def precision(found: Iterable[Precision]) -> Table:
    """Return how often owners agreed with the verdict and with each rule, with exact bounds."""
    columns = (
        *(Column(_("Rule"), width=28), Column(_("Owners agreed"), Kind.count)),
        *(Column(_("In use after all"), Kind.count), Column(_("No answer yet"), Kind.count)),
        *(Column(_("At least (95 %)"), Kind.share), Column(_("At most (95 %)"), Kind.share)),
    )
    rows = tuple((p.rule, p.right, p.wrong, p.waiting, p.lower / WHOLE, p.upper / WHOLE) for p in found)
    note = _("Only systems the program called zombies become cases: a rule is judged on those alone.")
    return Table(_("Realised precision"), columns, rows, note)


def calibration(found: Calibration) -> Table:
    """Return the weight of each family beside what the answers speak for; people decide on it."""
    columns = (
        *(Column(_("Family"), width=16), Column(_("Weighs at most (mB)"), Kind.count)),
        *(Column(_("Spoke against unused"), width=14), Column(_("Spoke against used"), width=14)),
        *(Column(_("Answers speak for (mB)"), Kind.count), Column(_("Worth"), width=24)),
    )
    rows = tuple(
        (
            *(_(w.family.value), w.cap, f"{w.unused} / {w.of_unused}", f"{w.used} / {w.of_used}"),
            *(w.proposed, _("too few answers") if w.weak else _("enough answers")),
        )
        for w in found.weights
    )
    note = _("A proposal: nobody but people changes configs/policies/zombies.yaml.")
    return Table(_("Weights and answers"), columns, rows, note)

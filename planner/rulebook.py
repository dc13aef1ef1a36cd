"""The rules of a plan as records: name, sentence, formula, basis.

``planner.rules`` turns each into rows of the model and ``planner.verifier`` judges each
from the plan alone; pages, documents and explanations read them here.
"""

from dataclasses import dataclass

from inventory.text import N_, _

SEED = "铁岭市政务信息化项目管理暂行办法"
MLPS = "GB/T 22239-2019"
IPV6 = "2025年IPv6工作要点(三部门2025-05-20): 党政机关办公网络IPv6升级改造力度持续加大"
BY_NAME = (N_("waive it for: {subjects}"), N_("bring IPv6 from end to end to: {subjects}"))
"""How rules give that give for somebody as a whole, not by an amount."""


@dataclass(frozen=True)
class Rule:
    """One rule a plan must keep."""

    name: str
    """Identifier, also the prefix of its rows. Example: pool_capacity."""
    title: str
    """Short name for people, a msgid."""
    says: str
    """The rule as one sentence, a msgid."""
    formula: str
    """The inequality, in the symbols of the formulation page."""
    basis: str
    """The document it rests on, or ``assumption``."""
    unit: str = ""
    """Unit of its slack, a msgid; empty for yes-or-no rules."""
    legal: bool = False
    """True where a document demands it: a plan without it is for study only."""
    relaxed: str = BY_NAME[0]
    """How its relaxation reads, a msgid with {amount}, {unit} and {subjects}."""
    fixed: bool = False
    """True for what defines a plan: it cannot be switched off."""

    @property
    def waived(self) -> bool:
        """Whether it gives only for somebody as a whole, not by an amount."""
        return self.relaxed in BY_NAME

    @property
    def sentence(self) -> str:
        """The rule in the language of the context."""
        return _(self.says)


_RULES = (
    Rule(
        "one_action",
        N_("One action"),
        N_("A system moves once, is retired once, or stays."),
        "sum(z[s,k,t]) + sum(q[s,t]) <= 1",
        "definition",
        fixed=True,
    ),
    Rule(
        "whole_placement",
        N_("Whole placement"),
        N_("Every machine of a moved system has a place in a pool that can take it."),
        "sum(y[w,p] over p) = n[w] * sum(z[s,k,t] over k and t)",
        f"definition; {MLPS} 8.2 (platform level); zone and architecture",
        legal=True,
        fixed=True,
    ),
    Rule(
        "pool_capacity",
        N_("Pool capacity"),
        N_("A pool carries no more than its capacity less the reserve, with the blocks bought."),
        "used[p,r] + sum(d[w,p,r] * y[w,p] arrived by t) <= cap[p,r,t] + sum(block * B[b,t])",
        "inventory",
        N_("units"),
        relaxed=N_("add capacity: {subjects}"),
    ),
    Rule(
        "om_cost_never_rises",
        N_("O&M cost never rises"),
        N_("An existing project's yearly O&M never exceeds the last audited year nor the year before."),
        "om[p,y] <= min(audited[p], om[p,y-1]) + raised[p]",
        f"{SEED}: 原有项目运维费用只减不增",
        N_("CNY"),
        legal=True,
        relaxed=N_("raise the yearly caps, in yuan: {subjects}"),
    ),
    Rule(
        "adaptation_lead_time",
        N_("Adaptation lead time"),
        N_("No system is cut over before its adaptation can be done."),
        "z[s,k,t] = 0 for t + 1 < lead[s,k]",
        "assumption",
        N_("quarters"),
        relaxed=N_("shorten the adaptation, in quarters: {subjects}"),
    ),
    Rule(
        "team_capacity",
        N_("Team capacity"),
        N_("Adaptation work fits the person-months of each skill in each period."),
        "sum(effort[s,k,skill] / lead * z) <= team[skill]",
        "scenario",
        N_("person-months"),
        relaxed=N_("add person-months a quarter: {subjects}"),
    ),
    Rule(
        "cutovers_per_period",
        N_("Cutovers a period"),
        N_("No more systems are cut over in a period than the limit."),
        "sum(z[s,k,t] over s,k) <= cutovers",
        "scenario",
        N_("systems"),
        relaxed=N_("allow {amount} more cutovers a quarter"),
    ),
    Rule(
        "blackout",
        N_("Blackout"),
        N_("Nothing is cut over in a period whose free days are too few."),
        "z[s,k,t] = 0 for blocked (s,t)",
        "scenario",
        N_("systems"),
    ),
    Rule(
        "precedence",
        N_("Precedence"),
        N_("A system moves no earlier than the systems it depends on in order."),
        "m[consumer,t] <= m[provider,t] + r[provider,t]",
        "inventory",
        N_("systems"),
    ),
    Rule(
        "move_together",
        N_("Moving together"),
        N_("Systems tied to each other or in a dependency cycle go in the same period."),
        "m[a,t] + r[a,t] = m[b,t] + r[b,t]",
        "inventory",
        N_("systems"),
    ),
    Rule(
        "one_off_budget",
        N_("One-off budget"),
        N_("One-off money of a fiscal year stays within its budget."),
        "sum(one_off * z) + sum(price * B) <= budget[y]",
        "scenario",
        N_("CNY"),
        relaxed=N_("add one-off money, in yuan: {subjects}"),
    ),
    Rule(
        "link_capacity",
        N_("Link capacity"),
        N_("Traffic between partners that part stays below the planned peak of every line on its way."),
        "load[l] + sum(mbit[e] * apart[e,t]) <= peak * mbit[l]",
        "assumption",
        N_("Mbit/s"),
        relaxed=N_("widen lines, in Mbit/s: {subjects}"),
    ),
    Rule(
        "ipv6_ready_target",
        N_("IPv6-ready target"),
        N_("Where it is required, a system only moves to where IPv6 gets from core and Internet edge."),
        "m[s,p,T] = 0 for p without IPv6 from end to end",
        f"scenario; {IPV6}",
        N_("platforms"),
        relaxed=BY_NAME[1],
    ),
    Rule(
        "minimum_commitment",
        N_("Minimum commitment"),
        N_("What a cloud contract guarantees is paid to its end, used or not."),
        "short[c,t] >= commitment[c,t] - sum(rent of systems still there)",
        "inventory",
        fixed=True,
    ),
    Rule(
        "contract_end",
        N_("Contract end"),
        N_("Where a contract cannot be renewed, every system that can move has left by its end."),
        "m[s,t] + r[s,t] = 1 for t >= end",
        "inventory",
        N_("systems"),
    ),
    Rule(
        "deadline",
        N_("Deadline"),
        N_("A system with a deadline has moved or been retired by then."),
        "m[s,t] + r[s,t] >= 1 for t >= deadline",
        "scenario",
        N_("quarters"),
        relaxed=N_("put deadlines off, in quarters: {subjects}"),
    ),
    Rule(
        "pins",
        N_("Pins and bans"),
        N_("Decisions fixed or ruled out by hand are kept."),
        "z, q, y fixed",
        "scenario",
        N_("systems"),
    ),
    Rule(
        "past_kept",
        N_("The past stays"),
        N_("A plan made anew leaves what is done as it was, and begins nothing before its own first day."),
        "z, q, y, B as before for t < as_of; z[s,k,t] = 0 for t - lead[s,k] + 1 < as_of",
        "definition",
        N_("systems"),
    ),
    Rule(
        "retire_confirmed",
        N_("Retirement needs confirmation"),
        N_("Only a system confirmed dead in writing is retired."),
        "q[s,t] = 0 without confirmation",
        "国办发〔2017〕39号",
        legal=True,
        fixed=True,
    ),
)

RULES: dict[str, Rule] = {rule.name: rule for rule in _RULES}
"""Every rule by name, in the order they are shown."""

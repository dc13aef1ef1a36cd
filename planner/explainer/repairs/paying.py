"""Repairs of the rules on money and work."""

from typing import Any

from planner.explainer.repairs.record import Repair, Trouble, money, months, repairs, up


@repairs("om_cost_never_rises")
def raise_caps(of: Trouble) -> Repair:
    """Raise the cap of each subject in whole yuan: for study only."""
    raised = dict(of.problem.scenario.caps_raised)
    for slack in of.slacks:
        raised[slack.subject] = raised.get(slack.subject, 0) + up(slack.amount / 100) * 100
    return Repair({"caps_raised": money(raised)})


@repairs("one_off_budget")
def add_money(of: Trouble) -> Repair:
    """Add whole yuan to the budget of each year."""
    budget = dict(of.problem.scenario.one_off_budget)
    for slack in of.slacks:
        budget[int(slack.subject)] += up(slack.amount / 100) * 100
    return Repair({"one_off_budget": money(budget)})


@repairs("team_capacity")
def enlarge_team(of: Trouble) -> Repair:
    """Add person-months a quarter to the team of each skill."""
    return Repair(larger_team(of))


def larger_team(of: Trouble) -> dict[str, Any]:
    """Return the change of the team that fills what is lacking."""
    team = {str(skill): months_ for skill, months_ in of.problem.scenario.team.items()}
    for slack in of.slacks:
        team[slack.subject] += up(slack.amount * 100)
    return {"team": months(team)}

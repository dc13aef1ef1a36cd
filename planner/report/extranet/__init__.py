"""Tables of the extranet, of a city or of a large network."""

from planner.report.extranet import differences, failures, load
from planner.report.extranet.overview import levels, rules, sites, sites_as_json, ways, weak

__all__ = ["differences", "failures", "levels", "load", "rules", "sites", "sites_as_json", "ways", "weak"]

"""How people see what things cost."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from control_plane.costs import Estimate, dollars
from control_plane.policies import Purpose
from control_plane.records import Cost
from pointsman.costs import MonthlyCost
from pointsman.drawing import titled

_WHAT = "instances of jobs, on demand, by the rates of functions/control_plane/prices.py; no storage, no endpoints"


def cost_table(costs: Sequence[MonthlyCost]) -> RenderableType:
    if not costs:
        return Text("no runs have ended in that time", style="dim")
    table = titled("Cost", "month", "model", "runs", "USD", "runs of unknown cost")
    for row in costs:
        spending = row.spending
        table.add_row(
            row.month,
            row.model,
            str(spending.runs),
            dollars(spending.usd).removesuffix(" USD"),
            str(spending.unknown or ""),
        )
    return Group(table, Text(_WHAT, style="dim"))


def cost_text(cost: Cost | None) -> str:
    """Of one run; nothing of one that goes on."""
    if cost is None:
        return ""
    return "unknown" if cost.usd is None else dollars(cost.usd)


def estimates_text(estimates: Mapping[Purpose, Estimate]) -> str:
    return "; ".join(f"{purpose} {_estimated(estimate)}" for purpose, estimate in estimates.items())


def _estimated(estimate: Estimate) -> str:
    if estimate.usd is None:
        return "unknown: none has succeeded at a known cost"
    return f"about {dollars(estimate.usd)}, the median of {estimate.runs}"

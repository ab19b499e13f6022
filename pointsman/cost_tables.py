"""How people see what things cost."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from control_plane.costs import Estimate, dollars
from control_plane.policies import Purpose
from control_plane.prices import rates_in
from control_plane.records import Cost
from pointsman.costs import ExpectedCost, MonthlyCost
from pointsman.drawing import titled

_RATES = "functions/control_plane/prices.py"


def cost_table(costs: Sequence[MonthlyCost], region: str) -> RenderableType:
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
            f"{spending.unknown}: {'; '.join(spending.reasons)}" if spending.unknown else "",
        )
    return Group(table, _what(region))


def estimate_table(costs: Sequence[ExpectedCost], region: str) -> RenderableType:
    if not costs:
        return Text("no models yet; `pointsman apply` puts them into the ledger", style="dim")
    table = titled("What a run may cost", "model", "purpose", "USD")
    for row in costs:
        table.add_row(row.model, row.purpose, _estimated(row.estimate))
    return Group(table, _what(region))


def _what(region: str) -> Text:
    """What is counted, and by rates of when."""
    read = sorted(rate.as_of for rate in rates_in(region))
    if not read:
        return Text(f"no rate of {region} is known; add those of what you use to {_RATES}, and deploy", style="yellow")
    when = " to ".join(dict.fromkeys(map(str, (read[0], read[-1]))))
    rates = f"by the rates of {region} in {_RATES}, read {when}"
    return Text(f"instances of jobs, on demand, {rates}; no storage, no endpoints", style="dim")


def cost_text(cost: Cost | None) -> str:
    """Of one run; nothing of one that goes on."""
    if cost is None:
        return ""
    return "unknown" if cost.usd is None else dollars(cost.usd)


def estimates_text(estimates: Mapping[Purpose, Estimate]) -> str:
    return "; ".join(f"{purpose} {_estimated(estimate)}" for purpose, estimate in estimates.items())


def _estimated(estimate: Estimate) -> str:
    if estimate.usd is None:
        return f"unknown: {estimate.unknown}"
    return f"about {dollars(estimate.usd)}, the median of {estimate.runs}"

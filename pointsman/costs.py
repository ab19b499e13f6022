"""What models cost, by month: read off the runs on record."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from control_plane.costs import Estimate, Spending, estimate, month_of
from control_plane.policies import Purpose
from control_plane.records import Model, Run
from pointsman.environment import Environment
from pointsman.errors import BadRequest
from pointsman.observe import runs


@dataclass(frozen=True)
class ExpectedCost:
    """Of the next run of one model for one purpose."""

    model: str
    purpose: Purpose
    estimate: Estimate


@dataclass(frozen=True)
class MonthlyCost:
    """Of one model in one month, `2026-11`: its runs that began then and have ended."""

    month: str
    model: str
    spending: Spending


def monthly_costs(
    environment: Environment, model: str | None, since: datetime, until: datetime | None = None
) -> list[MonthlyCost]:
    """Of months and models that had runs, newest month first. Raises NotFound."""
    found: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs(environment, model, since=since):
        if run.ended_at and (until is None or run.started_at < until):
            found[f"{run.started_at.astimezone(UTC):%Y-%m}", run.model].append(run)
    rows = [MonthlyCost(month, name, Spending.of(its)) for (month, name), its in found.items()]
    by_model = sorted(rows, key=lambda row: row.model)
    return sorted(by_model, key=lambda row: row.month, reverse=True)


def month(text: str) -> tuple[datetime, datetime]:
    """The month that is written `2026-11`, and the beginning of the next one. Raises BadRequest."""
    try:
        return month_of(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC))
    except ValueError:
        raise BadRequest(f"--month: expected a month such as 2026-11 (found {text!r})") from None


def estimates(environment: Environment, model: Model) -> Mapping[Purpose, Estimate]:
    """What the next run of each of the model's pipelines may cost."""
    recent = environment.ledger.runs(model.spec.model)
    return {purpose: estimate(recent, pipeline.name) for purpose, pipeline in model.spec.pipelines.serving.items()}

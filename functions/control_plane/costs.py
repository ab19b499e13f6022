"""What runs cost, and what the next one may. Instances alone: storage and transfer of data aren't counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from control_plane.prices import usd_per_hour
from control_plane.records import Cost, Run

# An estimate is the median of so many runs: one that found all its steps in the cache doesn't move it.
_LOOKED_AT = 5
_NEVER_KEPT = Cost(unknown="it ended before costs were kept")


@dataclass(frozen=True, slots=True)
class JobUse:
    """What one job of a run is billed for: `seconds` on each of `instances` machines of one type.

    `seconds` is None where SageMaker doesn't tell, with `obstacle` in words.
    """

    job: str
    instance_type: str
    instances: int
    seconds: float | None
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will cost by the median of `runs` before it; where there are none, `usd` is None and `unknown` why."""

    usd: float | None
    runs: int
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """What runs cost together, beside `unknown` of them whose cost isn't known, for these `reasons`."""

    usd: float
    runs: int
    unknown: int
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, runs: Iterable[Run]) -> "Spending":
        """Of those that have ended."""
        costs = [run.cost or _NEVER_KEPT for run in runs if run.ended_at]
        known = [cost.usd for cost in costs if cost.usd is not None]
        reasons = dict.fromkeys(cost.unknown or "" for cost in costs if cost.usd is None)
        return cls(sum(known), len(costs), len(costs) - len(known), tuple(reasons))


def cost_of(uses: Sequence[JobUse], region: str) -> Cost:
    """Nothing is guessed: one job without a rate or a duration makes the whole unknown."""
    total = 0.0
    for use in uses:
        if use.seconds == 0:
            continue  # whatever an hour would have cost
        if use.seconds is None:
            return Cost(unknown=f"{use.job}: {use.obstacle}")
        rate = usd_per_hour(region, use.instance_type)
        if rate is None:
            return Cost(unknown=f"{use.job}: no rate of {use.instance_type} in {region} is known")
        total += rate * use.instances * use.seconds / 3600
    return Cost(usd=round(total, 6))


def estimate(recent: Iterable[Run], pipeline: str) -> Estimate:
    """`recent` are a model's runs, newest first. Those count that succeeded on this pipeline at a known cost."""
    alike = [run for run in recent if (run.pipeline, run.status) == (pipeline.lower(), "Succeeded")]
    known = [run.cost.usd for run in alike if run.cost and run.cost.usd is not None][:_LOOKED_AT]
    if known:
        return Estimate(median(known), len(known))
    if alike:
        return Estimate(None, 0, f"what its runs cost isn't known: {(alike[0].cost or _NEVER_KEPT).unknown}")
    return Estimate(None, 0, f"no run of {pipeline} has succeeded yet")


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The first moments, in UTC, of the month around `moment` and of the next one."""
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def dollars(usd: float) -> str:
    """Cents, and of less than one the figures that tell something."""
    cents = f"{usd:.2f}"
    return f"{usd:.2g} USD" if usd and not float(cents) else f"{cents} USD"

"""Whether a model may go on: it must meet a bar, and keep up with the champion where there is one to compare with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """What a model must achieve. `bar` and `tolerance` are in the metric's own unit."""

    metric: str
    direction: str
    """Which way is better: minimize or maximize."""
    bar: float
    """The worst value that passes."""
    tolerance: float = 0.0
    """How much worse than the champion's value passes."""


def verdict(asked: Asked, value: float, *, champion: float | None) -> dict[str, Any]:
    """`margin` is by how much the value is better than it must be, in the metric's direction: negative means worse.

    It must be as good as the bar and, unless `champion` is None, as the champion's value made worse by the tolerance.
    """
    sign = 1 if asked.direction == "maximize" else -1
    to_bar = sign * (value - asked.bar)
    to_champion = None if champion is None else sign * (value - champion) + asked.tolerance
    margin = to_bar if to_champion is None else min(to_bar, to_champion)
    summary = f"{asked.metric} {value:.4g} {'meets' if to_bar >= 0 else 'misses'} the bar of {asked.bar:g} by"
    return {
        "metric": asked.metric,
        "direction": asked.direction,
        "value": value,
        "bar": asked.bar,
        "champion_value": champion,
        "tolerance": asked.tolerance,
        "margin": margin,
        "passed": margin >= 0,
        "summary": f"{summary} {abs(to_bar):.4g}{_against(champion, to_bar, to_champion, asked.tolerance)}",
    }


def _against(champion: float | None, to_bar: float, to_champion: float | None, tolerance: float) -> str:
    """What the value does to the champion's."""
    if to_champion is None:
        return ""
    joined = "and" if (to_bar >= 0) == (to_champion >= 0) else "but"
    kept = "keeps up with" if to_champion >= 0 else "falls behind"
    return f" {joined} {kept} the champion's {champion:.4g} (tolerance {tolerance:g}) by {abs(to_champion):.4g}"

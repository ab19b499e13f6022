"""One column of a dataset: what its values are, and how they are distributed."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

INTEGRAL, FRACTIONAL, STRING, UNKNOWN = "Integral", "Fractional", "String", "Unknown"
NUMERIC = {INTEGRAL, FRACTIONAL}

BUCKETS = 10
SKETCH = {"c": 0.64, "k": 2048.0}
"""Model Monitor's parameters. `c` is how it lets the levels' sizes shrink; here each holds up to `k` items."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,308}")  # longer ones are more than a float holds


@dataclass(frozen=True)
class Column:
    """`values`: as text, "" for what is missing."""

    values: list[str]

    @cached_property
    def present(self) -> list[str]:
        return [value for value in self.values if value]

    @cached_property
    def missing(self) -> int:
        return len(self.values) - len(self.present)

    @cached_property
    def completeness(self) -> float:
        return len(self.present) / len(self.values) if self.values else 0.0

    @cached_property
    def inferred_type(self) -> str:
        """Integral or Fractional if all values are, String if one isn't, Unknown if there are none."""
        if not self.present:
            return UNKNOWN
        return next((kind for kind in (INTEGRAL, FRACTIONAL) if self.share_of(kind) == 1), STRING)

    def share_of(self, kind: str) -> float:
        """How many of the values could be of a type; a number counts as text only in a column of text."""
        if kind == INTEGRAL:
            return self._share(sum(_INTEGER.fullmatch(value) is not None for value in self.present))
        if kind == FRACTIONAL:
            return self._share(sum(math.isfinite(number(value)) for value in self.present))
        return 1.0 if kind == self.inferred_type else 0.0

    @cached_property
    def numbers(self) -> np.ndarray:
        """In order; none unless the column is numeric."""
        return np.sort([float(value) for value in self.present]) if self.inferred_type in NUMERIC else np.array([])

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value occurs."""
        return Counter(self.present)

    def _share(self, count: int) -> float:
        return count / len(self.present) if self.present else 0.0


def number(text: str) -> float:
    """NaN for what isn't a number. Python reads 1_000; what wrote it meant something else."""
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def buckets(numbers: np.ndarray) -> list[dict[str, float]]:
    """Ten of equal width, the last with its upper bound."""
    low, high = float(numbers[0]), float(numbers[-1])
    counts, edges = np.histogram(numbers, BUCKETS, (low, high if high > low else low + BUCKETS))
    return [
        {"lower_bound": float(lower), "upper_bound": float(upper), "count": float(count)}
        for lower, upper, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def sketch(numbers: np.ndarray) -> dict[str, Any]:
    """The sorted numbers as levels of a KLL sketch: an item of level i stands for 2**i of them.

    Exact up to `k` numbers; then of each pair of neighbours one stands for both, by turns the lower and the higher.
    """
    levels, rest, turn = [], numbers, 0
    while len(rest) > SKETCH["k"]:
        pairs = len(rest) // 2 * 2
        levels.append(rest[pairs:].tolist())
        rest, turn = rest[turn:pairs:2], 1 - turn
    return {"parameters": SKETCH, "data": [*levels, rest.tolist()]}

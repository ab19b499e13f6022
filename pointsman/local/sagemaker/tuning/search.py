"""Which values a trial tries. Pure: the same tuning job tries the same values again after a crash.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
Bayesian, SageMaker's own search, is drawn at random here: as good a start, but it learns nothing from trial to trial.
"""

import itertools
import math
import random
from collections.abc import Callable

from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape

_STRATEGIES = ("Bayesian", "Grid", "Random")
_DEFAULT_TRIALS = 1


def check(strategy: str, ranges: Shape) -> None:
    """Raises ValidationError."""
    if strategy not in _STRATEGIES:
        raise ValidationError(
            f"Strategy {strategy} is not served by the local SageMaker; {', '.join(_STRATEGIES)} are"
            " (Bayesian is drawn at random)."
        )
    numeric = [*(ranges.get("ContinuousParameterRanges") or ()), *(ranges.get("IntegerParameterRanges") or ())]
    if strategy == "Grid" and numeric:
        raise ValidationError("Grid search supports only categorical parameter ranges.")
    for each in numeric:
        low, high = float(each["MinValue"]), float(each["MaxValue"])
        kind = each.get("ScalingType", "Auto")
        if low > high:
            raise ValidationError(f"MinValue of {each['Name']} is greater than its MaxValue.")
        if kind == "Logarithmic" and low <= 0:
            raise ValidationError(f"Logarithmic scaling of {each['Name']} needs a MinValue greater than 0.")
        if kind == "ReverseLogarithmic" and not 0 <= low <= high < 1:
            raise ValidationError(f"ReverseLogarithmic scaling of {each['Name']} needs values from 0 to below 1.")


def size(strategy: str, ranges: Shape, limit: int | None) -> int:
    """How many trials there are."""
    if strategy != "Grid":
        return limit or _DEFAULT_TRIALS
    combinations = math.prod(len(each["Values"]) for each in ranges.get("CategoricalParameterRanges") or ())
    return min(combinations, limit or combinations)


def values(strategy: str, ranges: Shape, seed: str, number: int) -> dict[str, str]:
    """Of the trial with this number, the first being 0."""
    categories = ranges.get("CategoricalParameterRanges") or ()
    if strategy == "Grid":
        grid = itertools.product(*(each["Values"] for each in categories))
        chosen = next(itertools.islice(grid, number, None))
        return {each["Name"]: value for each, value in zip(categories, chosen, strict=True)}
    draw = random.Random(f"{seed}/{number}")  # noqa: S311 -- a search, not a secret
    return {
        **{each["Name"]: draw.choice(each["Values"]) for each in categories},
        **{each["Name"]: repr(_between(each, draw)) for each in ranges.get("ContinuousParameterRanges") or ()},
        **{each["Name"]: str(_whole(each, draw)) for each in ranges.get("IntegerParameterRanges") or ()},
    }


def _whole(given: Shape, draw: random.Random) -> int:
    if given.get("ScalingType", "Auto") in {"Auto", "Linear"}:
        return draw.randint(int(given["MinValue"]), int(given["MaxValue"]))
    return round(_between(given, draw))


def _between(given: Shape, draw: random.Random) -> float:
    low, high = float(given["MinValue"]), float(given["MaxValue"])
    scales: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
        "Logarithmic": (math.log, math.exp),
        "ReverseLogarithmic": (lambda value: -math.log(1 - value), lambda value: 1 - math.exp(-value)),
    }
    there, back = scales.get(given.get("ScalingType", "Auto"), (float, float))
    return min(high, max(low, back(draw.uniform(there(low), there(high)))))

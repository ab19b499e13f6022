"""A model's predictions beside what came true, out of any dataset of a monitoring job."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from captured import Row
from columns import number
from datasets import outcomes
from monitoring_contract import BINARY, BadRequestError, Request
from tables import BadDataError, Problems

SHOWN_CHARACTERS = 40


class _BadCellError(Exception):
    """A row lacks a value, or it isn't one. The message follows the row's place."""


@dataclass(frozen=True)
class Predictions:
    """Arrays of one length: numbers, or labels as text where any of them isn't a number."""

    target: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray | None


def read(request: Request, unreadable: Problems) -> Predictions:
    """Raises BadDataError for any bad row of a table; of captured data they are noted in `unreadable`."""
    _check(request)
    problems = unreadable if request.is_captured else Problems()
    found = []
    for place, row, came_true in outcomes(request, unreadable):
        try:
            found.append(_outcome(request, row, came_true))
        except _BadCellError as error:
            problems.add(place, str(error))
    if problems is not unreadable:
        problems.raise_if_any()
    if not found:
        raise BadDataError("\n".join(filter(None, ["there are no predictions in the dataset", str(unreadable)])))
    targets, predicted, probabilities = zip(*found, strict=True)
    as_numbers = all(math.isfinite(number(label)) for label in {*targets, *predicted})
    return Predictions(
        np.array(targets, dtype=float if as_numbers else str),
        np.array(predicted, dtype=float if as_numbers else str),
        np.array(probabilities, dtype=float) if request.probability_attribute else None,
    )


def _check(request: Request) -> None:
    """Raises BadRequestError where it isn't said what the prediction is, or in a table what came true."""
    is_binary = request.problem_type == BINARY
    if not request.inference_attribute and not (is_binary and request.probability_attribute):
        needed = "inference_attribute or probability_attribute" if is_binary else "inference_attribute"
        raise BadRequestError(f"{needed} must name where a {request.problem_type}'s prediction stands")
    if not request.ground_truth_attribute and not request.is_captured:
        raise BadRequestError("ground_truth_attribute must name the column that came true")


def _outcome(request: Request, row: Row, came_true: Row) -> tuple[str, str, float]:
    """What came true, what was predicted, and with which probability, NaN if that isn't asked for."""
    probability = math.nan
    if request.probability_attribute:
        probability = _number(row, request.probability_attribute)
    if request.inference_attribute:
        predicted = _text(row, request.inference_attribute)
    else:
        predicted = str(int(probability >= request.probability_threshold))
    target = _text(came_true, request.ground_truth_attribute or "0")
    if request.problem_type == "Regression":
        _number(row, request.inference_attribute or "")
        _number(came_true, request.ground_truth_attribute or "0")
    return target, predicted, probability


def _number(row: Row, attribute: str) -> float:
    cell = _text(row, attribute)
    if not math.isfinite(value := number(cell)):
        shown = cell if len(cell) <= SHOWN_CHARACTERS else cell[:SHOWN_CHARACTERS] + "…"
        raise _BadCellError(f"column {attribute}: {shown!r} is not a finite number")
    return value


def _text(row: Row, attribute: str) -> str:
    found = _found(row, attribute)
    if found is None or found == "":
        raise _BadCellError(f"column {attribute}: no value")
    return found if isinstance(found, str) else json.dumps(found)


def _found(row: Row, attribute: str) -> Any:
    """What an attribute names: a column, a position (`0`, `_c0`), or a path into JSON (`$.predictions[0].score`)."""
    if isinstance(row, dict) and attribute in row:
        return row[attribute]
    value: Any = row
    try:
        for step in re.findall(r"[^.\[\]$'\"]+", attribute):
            if isinstance(value, dict) and step in value:
                value = value[step]
            else:
                value = (list(value.values()) if isinstance(value, dict) else value)[int(step.removeprefix("_c"))]
    except (AttributeError, IndexError, TypeError, ValueError):
        has = ", ".join(row) if isinstance(row, dict) else f"{len(row)} cells"
        raise _BadCellError(f"no column {attribute}: it has {has}") from None
    return value

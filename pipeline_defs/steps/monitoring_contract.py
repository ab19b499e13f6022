"""What `analyze.py` is asked to do: the environment of a monitoring job, read and checked."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

DATA_QUALITY, MODEL_QUALITY = "DATA_QUALITY", "MODEL_QUALITY"
BINARY = "BinaryClassification"
PROBLEM_TYPES = ("Regression", BINARY, "MulticlassClassification")
CAPTURED = ("sagemakerCaptureJson", "sagemakerMergeJson")
FORMATS = ("csv", "json", *CAPTURED)
REFUSED = {
    "record_preprocessor_script": "scripts around the analysis are not run here",
    "post_analytics_processor_script": "scripts around the analysis are not run here",
    "exclude_features_attribute": "what is left out is named by excluded_columns here",
}


class BadRequestError(Exception):
    """The environment asks for what can't be done. The message names the variable, and what it may be."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The variables of the environment under their own names; `analyze.py` says what each means."""

    dataset_source: Path
    dataset_format: Mapping[str, Any]
    output_path: Path
    analysis_type: str
    baseline_statistics: Mapping[str, Any] | None
    baseline_constraints: Mapping[str, Any] | None
    excluded_columns: frozenset[str]
    categorical_drift_method: str | None
    problem_type: str
    inference_attribute: str | None
    probability_attribute: str | None
    probability_threshold: float
    ground_truth_attribute: str | None
    publishes_metrics: bool
    endpoint: str | None
    schedule: str | None
    start_time: datetime | None
    end_time: datetime | None
    metric_time: datetime | None

    @property
    def format(self) -> str:
        """One of `FORMATS`."""
        return next(iter(self.dataset_format))

    @property
    def is_captured(self) -> bool:
        return self.format in CAPTURED

    @property
    def options(self) -> Mapping[str, Any]:
        """What the format says besides its name."""
        found: Mapping[str, Any] = self.dataset_format[self.format] or {}
        return found


def read_request(environment: Mapping[str, str]) -> Request:
    """Empty variables count as absent. Raises BadRequestError."""
    given = {name: value for name, value in environment.items() if value}
    if refused := [f"{name}: {why}" for name, why in REFUSED.items() if name in given]:
        raise BadRequestError("; ".join(refused))
    analysis = _one_of(given, "analysis_type", (DATA_QUALITY, MODEL_QUALITY), DATA_QUALITY)
    problem_type = _one_of(given, "problem_type", PROBLEM_TYPES) if analysis == MODEL_QUALITY else ""
    return Request(
        dataset_source=Path(_required(given, "dataset_source")),
        dataset_format=_format(_required(given, "dataset_format")),
        output_path=Path(_required(given, "output_path")),
        analysis_type=analysis,
        baseline_statistics=_document(given, "baseline_statistics"),
        baseline_constraints=_document(given, "baseline_constraints"),
        excluded_columns=frozenset(name.strip() for name in given.get("excluded_columns", "").split(",")),
        categorical_drift_method=given.get("categorical_drift_method"),
        problem_type=problem_type,
        inference_attribute=given.get("inference_attribute"),
        probability_attribute=given.get("probability_attribute") if problem_type == BINARY else None,
        probability_threshold=_number(given, "probability_threshold_attribute", 0.5),
        ground_truth_attribute=given.get("ground_truth_attribute"),
        publishes_metrics=given.get("publish_cloudwatch_metrics") == "Enabled",
        endpoint=given.get("sagemaker_endpoint_name"),
        schedule=given.get("sagemaker_monitoring_schedule_name"),
        start_time=_time(given, "start_time"),
        end_time=_time(given, "end_time"),
        metric_time=_time(given, "metric_time"),
    )


def _required(given: Mapping[str, str], name: str) -> str:
    if name not in given:
        raise BadRequestError(f"{name} is not set")
    return given[name]


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...], default: str | None = None) -> str:
    value = given.get(name, default) or _required(given, name)
    if value not in choices:
        raise BadRequestError(f"{name} {value!r} is not computed here; {', '.join(choices)} are")
    return value


def _format(text: str) -> dict[str, Any]:
    try:
        form = json.loads(text)
    except ValueError as error:
        raise BadRequestError(f"dataset_format is not JSON: {error}") from None
    known = isinstance(form, dict) and len(form) == 1 and set(form) <= set(FORMATS)
    if not known or not isinstance(next(iter(form.values())), dict | None):
        raise BadRequestError(f"dataset_format {text} is not read here; an object of one of {', '.join(FORMATS)} is")
    return dict(form)


def _document(given: Mapping[str, str], name: str) -> dict[str, Any] | None:
    if name not in given:
        return None
    try:
        found = json.loads(Path(given[name]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequestError(f"{name} {given[name]} can't be read: {error}") from None
    if not isinstance(found, dict):
        raise BadRequestError(f"{name} {given[name]} is not a JSON object")
    return found


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(given.get(name, default))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRequestError(f"{name} {given[name]!r} is not a number")
    return value


def _time(given: Mapping[str, str], name: str) -> datetime | None:
    if name not in given:
        return None
    try:
        time = datetime.fromisoformat(given[name].replace(" ", ""))  # the documentation writes 16: 20: 00Z
    except ValueError:
        raise BadRequestError(f"{name} {given[name]!r} is not a time like 2026-01-31T05:00:00Z") from None
    if time.tzinfo is None:
        raise BadRequestError(f"{name} {given[name]!r} has no time zone")
    return time

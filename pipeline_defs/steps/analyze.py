"""Measure the quality of data, or of a model's predictions, and compare it with a baseline.

One program for three places: the baseline step of training, the monitoring pipeline, and the local stand-in for AWS's
image `sagemaker-model-monitor-analyzer`. In all of them the environment of the processing job says what to do, in Model
Monitor's own words: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html

    dataset_source        folder (of folders) of files to read; names that start with `_` or `.` are passed over
    dataset_format        JSON: {"csv": {"header": true}}, {"json": {"lines": true}}, or captured data:
                          {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}},
                          called sagemakerMergeJson once they are merged with ground truth
    output_path           folder for statistics.json, constraints.json and constraint_violations.json
    baseline_constraints  file to compare with; none: only statistics and the constraints that they suggest are written
    baseline_statistics   file that distributions are compared with
    analysis_type         DATA_QUALITY (default) or MODEL_QUALITY
    start_time, end_time  of captured data, only what was asked in between counts (ISO 8601)
    publish_cloudwatch_metrics, sagemaker_endpoint_name, sagemaker_monitoring_schedule_name
                          `Enabled`: also writes output/metrics/cloudwatch/cloudwatch_metrics.jsonl, with both names as
                          dimensions, as of `metric_time` or else now

for data quality

    excluded_columns          ours: names with commas between them that are left out, of the target for one
    categorical_drift_method  of the constraints that are suggested: LInfinity (default) or ChiSquared

and for model quality, where an attribute is a column's name, its position (`0`, `_c0`) or a path into JSON

    problem_type                     Regression, BinaryClassification or MulticlassClassification
    inference_attribute              what was predicted
    probability_attribute            of the positive class, for auc and the curves; alone, it also decides what was
                                     predicted; not read unless there are two classes
    probability_threshold_attribute  from which on that is the positive class (default 0.5)
    ground_truth_attribute           what came true; captured data have it in `groundTruthData`, merged into them

Columns that have no names in their file, captured ones for example, take the baseline's by position, else they are
`_c0`, `_c1`, …. A captured record's cells are those of its output, then those of its input, so a baseline's columns
should stand that way, too: `"output_columns_position": "END"` in the csv format puts the last column first.

The exit message is Model Monitor's. What is wrong with the request or the data takes its place, and the exit code is 1.
Captured records that can't be read are passed over; they are counted in the log and in statistics.json.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudwatch
import data_checks
import data_quality
import datasets
import model_quality
import predictions
from columns import Column
from monitoring_contract import MODEL_QUALITY, BadRequestError, Request, read_request
from tables import BadDataError, Problems

READS = ("dataset", "statistics", "constraints")
WRITES = {
    "baseline": {"statistics.json": None, "constraints.json": None},
    "report": {"statistics.json": None, "constraints.json": None, "constraint_violations.json": None},
}
"""By the folders that pipelines name in the environment: with a baseline to compare with, and without one."""

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
MESSAGE = BASE / "output/message"
METRICS = BASE / "output/metrics/cloudwatch"
MESSAGE_LENGTH = 1024


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """The documents to write; `violations` is None where there was nothing to compare with."""

    statistics: dict[str, Any]
    constraints: dict[str, Any]
    violations: list[dict[str, str]] | None
    metrics: Iterable[cloudwatch.Metric]

    @property
    def message(self) -> str:
        """Model Monitor's exit message."""
        if self.violations:
            return f"CompletedWithViolations: Job completed successfully with {len(self.violations)} violations."
        return "Completed: Job completed successfully with no violations."


def of_data(request: Request, unreadable: Problems) -> Analysis:
    """Statistics, constraints and violations of each column."""
    rules = request.baseline_constraints
    names = [feature["name"] for feature in (rules or {}).get("features", ())]
    columns = {name: Column(values) for name, values in datasets.columns(request, names, unreadable).items()}
    drifts = {} if rules is None else data_checks.drifts(columns, request.baseline_statistics, rules)
    return Analysis(
        statistics=data_quality.statistics(columns),
        constraints=data_quality.constraints(columns, request.categorical_drift_method),
        violations=None if rules is None else data_checks.violations(columns, drifts, rules),
        metrics=cloudwatch.of_data(columns, drifts),
    )


def of_model(request: Request, unreadable: Problems) -> Analysis:
    """Metrics of the predictions, what they suggest as bounds, and which of the baseline's bounds they violate."""
    kind, rules = request.problem_type, request.baseline_constraints
    statistics = model_quality.statistics(kind, predictions.read(request, unreadable))
    return Analysis(
        statistics=statistics,
        constraints=model_quality.constraints(kind, statistics),
        violations=None if rules is None else model_quality.violations(kind, statistics, rules),
        metrics=cloudwatch.of_model(model_quality.values(kind, statistics)),
    )


def analyze(request: Request, metrics_folder: Path) -> Analysis:
    """Write what the request asks for. Raises BadDataError."""
    unreadable = Problems()
    analysis = (of_model if request.analysis_type == MODEL_QUALITY else of_data)(request, unreadable)
    if unreadable.count:
        print(f"{unreadable.count} captured records can't be read:\n{unreadable}")
        analysis.statistics["dataset"]["unreadable"] = {"count": unreadable.count, "shown": unreadable.shown}
    request.output_path.mkdir(parents=True, exist_ok=True)
    _write(request.output_path / "statistics.json", analysis.statistics)
    _write(request.output_path / "constraints.json", analysis.constraints)
    if analysis.violations is not None:
        _write(request.output_path / "constraint_violations.json", {"version": 0.0, "violations": analysis.violations})
    emits = ((request.baseline_constraints or {}).get("monitoring_config") or {}).get("emit_metrics", "Enabled")
    if request.publishes_metrics and emits == "Enabled":
        cloudwatch.write(metrics_folder, analysis.metrics, request)
    return analysis


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def main() -> int:
    """Run as SageMaker does."""
    try:
        message, code = analyze(read_request(os.environ), METRICS).message, 0
    except (BadDataError, BadRequestError) as error:
        message, code = str(error), 1
    except Exception as error:
        _leave(f"{type(error).__name__}: {error}")
        raise
    _leave(message)
    print(message, file=sys.stderr if code else sys.stdout)
    return code


def _leave(message: str) -> None:
    """For SageMaker, as the job's exit message."""
    MESSAGE.parent.mkdir(parents=True, exist_ok=True)
    MESSAGE.write_text(message[:MESSAGE_LENGTH], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

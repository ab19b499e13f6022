"""What the image `sagemaker-model-monitor-analyzer` does for data quality: statistics, constraints, violations.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-statistics.html, …-violations.html and
…-byoc-constraints.html. Told by the environment what to read (`dataset_source`, `dataset_format`), where to write
(`output_path`) and, to compare, the baseline's files (`baseline_statistics`, `baseline_constraints`). Of the checks,
those are made whose rule is published: types, completeness, columns, domains and the distance of distributions.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from pointsman.local.containers import columns, data_quality_violations

CONFIG = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Robust",
        "categorical_comparison_threshold": 0.1,
        "categorical_drift_method": "LInfinity",
    },
}
_MOST_CATEGORIES = 20


def main(environment: dict[str, str]) -> None:
    if environment.get("analysis_type", "DATA_QUALITY") != "DATA_QUALITY":
        raise columns.UnreadableDatasetError(
            f"analysis_type {environment['analysis_type']} is not computed here; DATA_QUALITY is"
        )
    table = columns.read(Path(environment["dataset_source"]), json.loads(environment["dataset_format"]))
    out = Path(environment["output_path"])
    found = statistics(table)
    _write(out / "statistics.json", found)
    _write(out / "constraints.json", constraints(table))
    message = "Completed: Job completed successfully with no violations."
    if baseline := environment.get("baseline_constraints"):
        known = json.loads(Path(environment["baseline_statistics"]).read_text())
        rules = json.loads(Path(baseline).read_text())
        violations = data_quality_violations.of(found, constraints(table), known, rules)
        _write(out / "constraint_violations.json", {"version": 0.0, "violations": violations})
        if violations:
            message = f"CompletedWithViolations: Job completed successfully with {len(violations)} violations."
    print(message, flush=True)
    Path(environment.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "output/message").write_text(message)


def statistics(table: dict[str, list[str]]) -> dict[str, Any]:
    count = max((len(values) for values in table.values()), default=0)
    features = [_feature(name, values) for name, values in table.items()]
    return {"version": 0.0, "dataset": {"item_count": count}, "features": features}


def constraints(table: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "version": 0.0,
        "features": [_constraint(name, values) for name, values in table.items()],
        "monitoring_config": CONFIG,
    }


def _feature(name: str, values: list[str]) -> dict[str, Any]:
    present, kind = [value for value in values if value != ""], columns.inferred_type(values)
    common = {"num_present": len(present), "num_missing": len(values) - len(present)}
    if kind in {"Integral", "Fractional"}:
        numbers = [float(value) for value in present]
        own = columns.summary(numbers)
        described = {"common": common, **own, "distribution": {"kll": {"buckets": columns.buckets(numbers)}}}
        return {"name": name, "inferred_type": kind, "numerical_statistics": described}
    counts = {value: present.count(value) for value in sorted(set(present))}
    described = {"common": common, "distinct_count": float(len(counts))}
    if len(counts) <= _MOST_CATEGORIES:
        categories = [{"value": value, "count": count} for value, count in counts.items()]
        described["distribution"] = {"categorical": {"buckets": categories}}
    return {"name": name, "inferred_type": kind, "string_statistics": described}


def _constraint(name: str, values: list[str]) -> dict[str, Any]:
    present, kind = [value for value in values if value != ""], columns.inferred_type(values)
    found: dict[str, Any] = {
        "name": name, "inferred_type": kind, "completeness": len(present) / len(values) if values else 0.0,
    }  # fmt: skip
    if kind in {"Integral", "Fractional"}:
        found["num_constraints"] = {"is_non_negative": all(float(value) >= 0 for value in present)}
    elif kind == "String" and len(domain := sorted(set(present))) <= _MOST_CATEGORIES:
        found["string_constraints"] = {"domains": domain}
    return found


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2))


if __name__ == "__main__":
    try:
        main(dict(os.environ))
    except (columns.UnreadableDatasetError, OSError, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(255)

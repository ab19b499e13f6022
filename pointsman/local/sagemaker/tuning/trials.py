"""A tuning job's trials: the training jobs that it asks for, and what they say of its objective."""

import hashlib
from typing import Any

from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.tuning import search

_TAKEN_OVER = (
    "RoleArn", "InputDataConfig", "VpcConfig", "OutputDataConfig", "StoppingCondition", "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "Environment", "CheckpointConfig",
    "RetryStrategy",
)  # fmt: skip


def definitions(tuning: Shape) -> list[Shape]:
    """Each with the ranges and the objective that it is searched by."""
    config = tuning["HyperParameterTuningJobConfig"]
    given = tuning.get("TrainingJobDefinitions") or [tuning["TrainingJobDefinition"]]
    return [
        {
            **each,
            "ranges": each.get("HyperParameterRanges") or config.get("ParameterRanges") or {},
            "objective": each.get("TuningObjective") or config.get("HyperParameterTuningJobObjective"),
        }
        for each in given
    ]


def count(tuning: Shape) -> int:
    config = tuning["HyperParameterTuningJobConfig"]
    limit = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    sizes = [search.size(config["Strategy"], each["ranges"], limit) for each in definitions(tuning)]
    return sizes[0] if len(sizes) == 1 else min(limit or sum(sizes), sum(sizes))


def request(tuning: Shape, number: int) -> Shape:
    """The CreateTrainingJob of the trial with this number, the first being 0."""
    config, known = tuning["HyperParameterTuningJobConfig"], definitions(tuning)
    chosen, turn = known[number % len(known)], number // len(known)
    seed = str(config.get("RandomSeed", tuning["HyperParameterTuningJobName"]))
    hyperparameters = {
        **(chosen.get("StaticHyperParameters") or {}),
        **search.values(config["Strategy"], chosen["ranges"], f"{seed}/{number % len(known)}", turn),
    }
    if chosen["objective"]:
        hyperparameters["_tuning_objective_metric"] = chosen["objective"]["MetricName"]
    specification = chosen["AlgorithmSpecification"]
    return {
        **{name: chosen[name] for name in _TAKEN_OVER if name in chosen},
        "TrainingJobName": _name(tuning["HyperParameterTuningJobName"], number),
        "AlgorithmSpecification": specification,
        "HyperParameters": hyperparameters,
        "ResourceConfig": _resources(chosen),
    }


def summary(tuning: Shape, job: Shape) -> Shape:
    """In the form of ListTrainingJobsForHyperParameterTuningJob."""
    objective = objective_of(tuning, job)
    value = _objective_value(job, objective)
    return {
        "TrainingJobName": job["TrainingJobName"],
        "TrainingJobArn": job["TrainingJobArn"],
        "TuningJobName": tuning["HyperParameterTuningJobName"],
        "CreationTime": job["CreationTime"],
        "TrainingStartTime": job.get("TrainingStartTime"),
        "TrainingEndTime": job.get("TrainingEndTime"),
        "TrainingJobStatus": job["TrainingJobStatus"],
        "FailureReason": job.get("FailureReason"),
        "TunedHyperParameters": _tuned(tuning, job),
        "FinalHyperParameterTuningJobObjectiveMetric": None if value is None else {**(objective or {}), "Value": value},
        "ObjectiveStatus": _objective_status(job, value),
    }


def best_first(tuning: Shape, jobs: list[Shape]) -> list[Shape]:
    """Summaries; those without a value of the objective last."""
    return sorted((summary(tuning, job) for job in jobs), key=_rank)


def objective_of(tuning: Shape, job: Shape) -> Shape | None:
    name = (job.get("HyperParameters") or {}).get("_tuning_objective_metric")
    found = [each["objective"] for each in definitions(tuning) if each["objective"]]
    return next((objective for objective in found if objective["MetricName"] == name), None)


def _rank(found: Shape) -> tuple[bool, float]:
    metric = found["FinalHyperParameterTuningJobObjectiveMetric"]
    if metric is None:
        return True, 0.0
    return False, -metric["Value"] if metric["Type"] == "Maximize" else metric["Value"]


def _objective_value(job: Shape, objective: Shape | None) -> float | None:
    metrics: list[dict[str, Any]] = job.get("FinalMetricDataList") or []
    name = None if objective is None else objective["MetricName"]
    return next((metric["Value"] for metric in metrics if metric["MetricName"] == name), None)


def _objective_status(job: Shape, value: float | None) -> str:
    if job["TrainingJobStatus"] in {"InProgress", "Stopping"}:
        return "Pending"
    return "Failed" if value is None else "Succeeded"


def _tuned(tuning: Shape, job: Shape) -> dict[str, str]:
    names = {
        each["Name"] for definition in definitions(tuning) for kind in definition["ranges"].values() for each in kind
    }
    return {name: value for name, value in (job.get("HyperParameters") or {}).items() if name in names}


def _resources(definition: Shape) -> Shape:
    given = definition.get("ResourceConfig") or definition.get("HyperParameterTuningResourceConfig") or {}
    (first, *_) = given.get("InstanceConfigs") or [given]
    return {
        "InstanceType": first["InstanceType"],
        "InstanceCount": first.get("InstanceCount", 1),
        "VolumeSizeInGB": first.get("VolumeSizeInGB", given.get("VolumeSizeInGB", 30)),
    }


def _name(tuning: str, number: int) -> str:
    mark = hashlib.sha256(f"{tuning}/{number}".encode()).hexdigest()[:8]
    return f"{tuning}-{number + 1:03d}-{mark}"

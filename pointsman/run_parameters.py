"""What a model's runs would be told, held against what its pipelines declare, before anything is applied."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from control_plane.models import ModelSpec
from control_plane.policies import Purpose
from control_plane.records import StartRequest
from control_plane.registry import Package
from control_plane.requests import evaluation_request, training_request
from pipeline_defs.problems import METRICS_OF
from pointsman.local.sagemaker.definition import ParameterType

# A pipeline definition's `Parameters`.
type Parameters = Sequence[Mapping[str, Any]]


def parameter_problems(path: Path, spec: ModelSpec, pipelines: Mapping[str, Parameters]) -> Iterator[str]:
    """What SageMaker would refuse at the first start, said now. `pipelines` is what each pipeline declares."""
    for purpose, request in _sample_requests(spec).items():
        where = f"{path}: pipelines.{purpose}"
        if request.pipeline in pipelines:
            own = spec.pipelines.serving[purpose].parameters
            yield from _against(f"{where}.parameters", request, own, pipelines[request.pipeline])
        else:
            yield f"{where}.name: no pipeline {request.pipeline!r}; there are {', '.join(sorted(pipelines))}"


def _sample_requests(spec: ModelSpec) -> dict[Purpose, StartRequest]:
    """What a run of each of the model's pipelines is told, with stand-ins for what only a run knows."""
    known = {"manifest_uri": "s3://bucket/manifest.json", "fingerprint": "0" * 64, "decision": "decision"}
    then = datetime.now(UTC)
    package = Package("arn", spec.model, 1, "Completed", "Approved", "image", "s3://bucket/model", then, None)
    samples = {Purpose.TRAINING: training_request(spec, **known, champion=package)}
    if spec.pipelines.evaluation:
        samples[Purpose.EVALUATION] = evaluation_request(spec, **known, package=package, report_uri="s3://bucket/r")
    return samples


def _against(where: str, request: StartRequest, own: Mapping[str, str], parameters: Parameters) -> Iterator[str]:
    pipeline, given = request.pipeline, request.parameters
    declared = {item["Name"]: item for item in parameters}
    for name, value in own.items():
        if given[name] != value:
            yield f"{where}.{name}: the control plane says what this is at each start"
    for name in (name for name in given if name not in declared):
        yield f"{where}.{name}: pipeline {pipeline} has no such parameter; {_remedy(name, own, declared)}"
    for name, item in declared.items():
        if name not in given and "DefaultValue" not in item:
            yield f"{where}.{name}: pipeline {pipeline} needs it and has no default"
        elif name in given and (misfit := _misfit(given[name], item)):
            yield f"{where}.{name}: {given[name]!r} is {misfit}"
    yield from _unsuited_metric(where, {name: item.get("DefaultValue") for name, item in declared.items()} | {**given})


def _misfit(value: str, item: Mapping[str, Any]) -> str | None:
    kind, allowed = ParameterType(item.get("Type", ParameterType.STRING)), item.get("EnumValues")
    try:
        read = kind.read(value)
    except ValueError:
        return f"no {kind}"
    return f"none of {', '.join(map(str, allowed))}" if allowed and read not in allowed else None


def _unsuited_metric(where: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The run would find out only when its model is trained."""
    metric, offered = values.get("MetricName"), METRICS_OF.get(str(values.get("ProblemType")))
    if metric and offered and metric not in offered:
        problem = values["ProblemType"]
        yield f"{where}.ProblemType: a {problem} isn't judged by {metric}, but by one of {', '.join(offered)}"


def _remedy(name: str, own: Iterable[str], declared: Iterable[str]) -> str:
    if name in own:
        return f"it has {', '.join(sorted(declared))}"
    return f"every run is told it: let the pipeline declare it, or say `omit: [{name}]` beside its name"

"""Bring an environment to what the checkout says: pipelines compiled and upserted, model specs in the ledger."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from control_plane.errors import NameTaken, UnknownModel, UnreadableSpec
from control_plane.models import ModelSpec
from control_plane.policies import Purpose
from control_plane.records import StartRequest
from control_plane.registry import Package
from control_plane.requests import evaluation_request, training_request
from pipeline_defs.account import Account
from pipeline_defs.compile import compile_pipelines
from pipeline_defs.step_code import step_code
from pointsman.checkout import last_change
from pointsman.clashes import clashes
from pointsman.environment import Environment
from pointsman.errors import InvalidSpec
from pointsman.spec_files import load_specs, place
from pointsman.waiting import look_at_what_waits

# A pipeline definition's `Parameters`.
type Parameters = Sequence[Mapping[str, Any]]
type What = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Change:
    """One thing that `apply` looked at."""

    kind: Literal["pipeline", "model package group", "model"]
    name: str
    what: What


def apply(environment: Environment, files: list[Path]) -> list[Change]:
    """Check everything first, so that an error leaves nothing half applied. Raises InvalidSpec, NotDeployed."""
    specs = load_specs(files, environment.outputs)
    code = step_code()
    bucket, role = environment.output("ArtifactBucket"), environment.output("JobRoleArn")
    definitions = compile_pipelines(
        Account(
            region=environment.region,
            bucket=bucket,
            job_role_arn=role,
            code_uri=code.uri(bucket),
            environment=environment.name,
            git_commit=last_change("pipeline_defs"),
        )
    )
    declared = {name: json.loads(text)["Parameters"] for name, text in definitions.items()}
    problems = [problem for path, spec in specs.items() for problem in parameter_problems(path, spec, declared)]
    problems += [problem for path, spec in specs.items() for problem in _foreign_bucket(environment, path, spec)]
    problems += clashes(environment, specs)
    if problems:
        raise InvalidSpec("\n".join(problems))
    for name, content in code.files.items():
        environment.s3.put_object(Bucket=bucket, Key=f"{code.prefix}{name}", Body=content)
    changes = [_apply_pipeline(environment, role, name, text) for name, text in definitions.items()]
    for path, spec in specs.items():
        changes += [_apply_group(environment, spec.model), _apply_model(environment, path, spec)]
    return changes


def _foreign_bucket(environment: Environment, path: Path, spec: ModelSpec) -> Iterator[str]:
    """Data that nobody would tell us of."""
    bucket = environment.output("DataBucket")
    if spec.data.bucket != bucket:
        where = place(path, ("data", "bucket"))
        yield f"{where}: {spec.data.bucket!r} sends no events here; expected ${{DataBucket}}, {bucket}"


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
        elif name in given and given[name] not in item.get("EnumValues", [given[name]]):
            yield f"{where}.{name}: {given[name]!r} is none of {', '.join(item['EnumValues'])}"


def _remedy(name: str, own: Iterable[str], declared: Iterable[str]) -> str:
    if name in own:
        return f"it has {', '.join(sorted(declared))}"
    return f"every run is told it: let the pipeline declare it, or say `omit: [{name}]` beside its name"


def _apply_pipeline(environment: Environment, role: str, name: str, definition: str) -> Change:
    sagemaker = environment.sagemaker
    try:
        known = sagemaker.describe_pipeline(PipelineName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
        token = hashlib.sha256(f"{name}\n{definition}".encode()).hexdigest()
        sagemaker.create_pipeline(
            PipelineName=name, PipelineDefinition=definition, RoleArn=role, ClientRequestToken=token
        )
        return Change("pipeline", name, "created")
    if known["PipelineDefinition"] == definition and known["RoleArn"] == role:
        return Change("pipeline", name, "unchanged")
    sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=role)
    return Change("pipeline", name, "updated")


def _apply_group(environment: Environment, model: str) -> Change:
    sagemaker = environment.sagemaker
    try:
        sagemaker.describe_model_package_group(ModelPackageGroupName=model)
    except ClientError as error:
        # SageMaker answers ValidationException "ModelPackageGroup ... does not exist" here.
        if "does not exist" not in error.response["Error"]["Message"]:
            raise
        sagemaker.create_model_package_group(ModelPackageGroupName=model)
        return Change("model package group", model, "created")
    return Change("model package group", model, "unchanged")


def _apply_model(environment: Environment, path: Path, spec: ModelSpec) -> Change:
    try:
        known = environment.ledger.model(spec.model).revision
    except UnknownModel:
        known = None
    except UnreadableSpec:
        known = "unreadable"
    if known == spec.revision:
        return Change("model", spec.model, "unchanged")
    try:
        environment.ledger.apply(spec, datetime.now(UTC))
    except NameTaken as error:
        raise InvalidSpec(f"{path}: {error}") from error  # another apply came between
    look_at_what_waits(environment.ledger, spec.model)
    return Change("model", spec.model, "updated" if known else "created")

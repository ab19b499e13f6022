"""What an environment has of each thing that is applied, what would change, and how to change it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from control_plane.errors import NameTaken, UnknownModel, UnreadableSpec
from control_plane.models import ModelSpec
from pipeline_defs.step_code import StepCode
from pointsman.differences import FieldChange, differences
from pointsman.environment import Environment
from pointsman.errors import InvalidSpec
from pointsman.waiting import look_at_what_waits

type Kind = Literal["image", "step code", "pipeline", "model package group", "alarm", "model"]
type What = Literal["create", "update", "unchanged", "left alone", "missing"]


@dataclass(frozen=True)
class Change:
    """What differs of one thing; `fields` of what is there already. `note`: what else people should know of it."""

    kind: Kind
    name: str
    what: What
    fields: tuple[FieldChange, ...] = ()
    note: str = ""

    @property
    def is_one(self) -> bool:
        return self.what in {"create", "update"}

    def as_document(self) -> dict[str, Any]:
        fields = [field.as_document() for field in self.fields]
        note = {"note": self.note} if self.note else {}
        return {"kind": self.kind, "name": self.name, "what": self.what, "fields": fields, **note}


@dataclass(frozen=True)
class Planned:
    """A change, and what brings it about."""

    change: Change
    carry_out: Callable[[], object] = lambda: None


def look_for_image(environment: Environment, uri: str) -> Planned:
    """The image that steps run in: `make image` pushes it, so nothing here brings it about.

    Not refused where it is missing: a model's file may name another one for all of its runs.
    """
    registry, _, image = uri.partition("/")
    repository, _, tag = image.partition(":")
    ecr = environment.client("ecr")
    try:
        ecr.describe_images(
            registryId=registry.partition(".")[0], repositoryName=repository, imageIds=[{"imageTag": tag}]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ImageNotFoundException", "RepositoryNotFoundException"}:
            raise
        note = f"`make image ENV={environment.name}` builds and pushes it; until then no job starts in it"
        return Planned(Change("image", uri, "missing", note=note))
    return Planned(Change("image", uri, "unchanged"))


def plan_code(environment: Environment, code: StepCode) -> Planned:
    """Of one prefix the contents never change, so what is there needn't be read."""
    s3, bucket = environment.s3, environment.output("ArtifactBucket")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=code.prefix).get("Contents", [])
    missing = [name for name in code.files if f"{code.prefix}{name}" not in {item["Key"] for item in listed}]

    def upload() -> None:
        for name in missing:
            s3.put_object(Bucket=bucket, Key=f"{code.prefix}{name}", Body=code.files[name])

    return Planned(Change("step code", code.prefix, "create" if missing else "unchanged"), upload)


def plan_pipeline(environment: Environment, name: str, definition: str, tags: Mapping[str, str]) -> Planned:
    """`tags` say what it was compiled from. SageMaker makes a new version of it at each update."""
    sagemaker, role = environment.sagemaker, environment.output("JobRoleArn")
    listed: Any = [{"Key": key, "Value": value} for key, value in tags.items()]
    try:
        known = sagemaker.describe_pipeline(PipelineName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
        token = hashlib.sha256(f"{name}\n{definition}".encode()).hexdigest()
        request = {"PipelineName": name, "PipelineDefinition": definition, "RoleArn": role, "Tags": listed}
        create = partial(sagemaker.create_pipeline, ClientRequestToken=token, **request)
        return Planned(Change("pipeline", name, "create"), create)
    arn = known["PipelineArn"]
    its_tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"] if tag["Key"] in tags}
    has = {"RoleArn": known["RoleArn"], **json.loads(known["PipelineDefinition"])}
    own = tuple(differences(has, {"RoleArn": role, **json.loads(definition)}))
    about = tuple(differences({"Tags": its_tags}, {"Tags": dict(tags)}))

    def update() -> None:
        """The tags last: where this dies before, they are found wanting the next time."""
        if own:
            sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=role)
        sagemaker.add_tags(ResourceArn=arn, Tags=listed)

    return Planned(Change("pipeline", name, "update" if own or about else "unchanged", (*own, *about)), update)


def plan_group(environment: Environment, model: str) -> Planned:
    sagemaker = environment.sagemaker
    try:
        sagemaker.describe_model_package_group(ModelPackageGroupName=model)
    except ClientError as error:
        # SageMaker answers ValidationException "ModelPackageGroup ... does not exist" here.
        if "does not exist" not in error.response["Error"]["Message"]:
            raise
        create = partial(sagemaker.create_model_package_group, ModelPackageGroupName=model)
        return Planned(Change("model package group", model, "create"), create)
    return Planned(Change("model package group", model, "unchanged"))


def plan_alarm(environment: Environment, alarm: Mapping[str, Any]) -> Planned:
    """`alarm` is the request that makes it, or makes it so again."""
    name, put = alarm["AlarmName"], partial(environment.cloudwatch.put_metric_alarm, **alarm)
    found = environment.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    if not found:
        return Planned(Change("alarm", name, "create"), put)
    has: Mapping[str, Any] = found[0]
    fields = tuple(differences({key: has.get(key) for key in alarm}, dict(alarm)))
    return Planned(Change("alarm", name, "update" if fields else "unchanged", fields), put)


def plan_model(environment: Environment, path: Path, spec: ModelSpec) -> Planned:
    """Field by field as YAML has them, with the defaults of those that the file leaves out."""
    return Planned(_model_change(environment, spec), partial(_apply_model, environment, path, spec))


def _model_change(environment: Environment, spec: ModelSpec) -> Change:
    try:
        known = environment.ledger.model(spec.model)
    except UnknownModel:
        return Change("model", spec.model, "create")
    except UnreadableSpec:
        return Change("model", spec.model, "update")
    if known.revision == spec.revision:
        return Change("model", spec.model, "unchanged")
    fields = differences(known.spec.model_dump(mode="json"), spec.model_dump(mode="json"))
    return Change("model", spec.model, "update", tuple(fields))


def _apply_model(environment: Environment, path: Path, spec: ModelSpec) -> None:
    try:
        environment.ledger.apply(spec, datetime.now(UTC))
    except NameTaken as error:
        raise InvalidSpec(f"{path}: {error}") from error  # another apply came between
    look_at_what_waits(environment.ledger, spec.model)

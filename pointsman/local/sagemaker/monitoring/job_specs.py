"""What a monitoring job looks at and with what: the same whether a definition says it or the schedule itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape

DATA_QUALITY, MODEL_QUALITY = "DataQuality", "ModelQuality"
SUPPORTED = (DATA_QUALITY, MODEL_QUALITY)
_LABELS = "GroundTruthS3Input"


@dataclass(frozen=True)
class JobSpec:
    """Shapes are the API's; `labels` is where the ground truth lies, `endpoint` None for a batch transform's data."""

    monitoring_type: str
    definition_name: str | None
    source: Shape
    labels: str | None
    baseline: Shape
    application: Shape
    output: Shape
    cluster: Shape
    role: str
    kms_key: str | None = None
    network: Shape | None = None
    stopping: Shape | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> str | None:
        name = self.source.get("EndpointName")
        return None if name is None else str(name)


def of_definition(monitoring_type: str, body: Shape) -> JobSpec:
    """`body`: a Create*JobDefinition request, or what Describe* answers. Raises ValidationError."""
    application, given = body[f"{monitoring_type}AppSpecification"], body[f"{monitoring_type}JobInput"]
    return JobSpec(
        monitoring_type=monitoring_type,
        definition_name=body["JobDefinitionName"],
        source=_source(given),
        labels=given[_LABELS].get("S3Uri") if _LABELS in given else None,
        baseline=body.get(f"{monitoring_type}BaselineConfig", {}),
        application=application,
        cluster=body["JobResources"]["ClusterConfig"],
        network=body.get("NetworkConfig"),
        environment={**application.get("Environment", {}), **_problem(application)},
        **_common(body, body[f"{monitoring_type}JobOutputConfig"]),
    )


def of_schedule(body: Shape) -> JobSpec:
    """`body`: the MonitoringJobDefinition of a schedule, which is always about the quality of data."""
    return JobSpec(
        monitoring_type=DATA_QUALITY,
        definition_name=None,
        source=_source(body["MonitoringInputs"][0]),
        labels=None,
        baseline=body.get("BaselineConfig", {}),
        application=body["MonitoringAppSpecification"],
        cluster=body["MonitoringResources"]["ClusterConfig"],
        network=body.get("NetworkConfig"),
        environment=body.get("Environment", {}),
        **_common(body, body["MonitoringOutputConfig"]),
    )


def _common(body: Shape, output: Shape) -> dict[str, Any]:
    return {
        "output": output["MonitoringOutputs"][0]["S3Output"],
        "kms_key": output.get("KmsKeyId"),
        "role": body["RoleArn"],
        "stopping": body.get("StoppingCondition"),
    }


def _problem(application: Shape) -> dict[str, str]:
    return {"problem_type": application["ProblemType"]} if "ProblemType" in application else {}


def _source(given: Shape) -> Shape:
    found: list[Shape] = [given[name] for name in ("EndpointInput", "BatchTransformInput") if name in given]
    if len(found) != 1:
        raise ValidationError("Exactly one of EndpointInput and BatchTransformInput must be specified.")
    return found[0]

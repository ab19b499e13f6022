"""What a model is to the control plane: the type behind `pipeline_defs/models/*.yaml`.

`pointsman apply` checks a file against `ModelSpec` and writes it to the ledger; the rooms read it back. Unknown
fields are refused, so that a misspelt policy is an error and not a policy that silently never applies.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import Field, model_validator

from control_plane.fields import Duration, Folder, ModelName, ParameterName, Strict
from control_plane.monitored import Monitor
from control_plane.policies import Policy, Purpose
from control_plane.serving import Serving


class ClosePolicy(Strict):
    """When an arrival window is complete: at whichever of these comes first."""

    manifest: str | None = Field(None, min_length=1, description="file name whose arrival completes the data")
    quiet: Duration = Field(timedelta(minutes=5), description="this long without a new object")
    at_most: Duration = Field(timedelta(hours=1), description="this long after the first object, whatever still comes")

    @model_validator(mode="after")
    def _quiet_ends_first(self) -> Self:
        if self.quiet > self.at_most:
            msg = f"quiet ({self.quiet}) is longer than at_most ({self.at_most}), so it would never end a window"
            raise ValueError(msg)
        return self


class DataSource(Strict):
    """A folder in which data for one purpose lands."""

    prefix: Folder = Field(description="the folder, with a slash at its end")
    close: ClosePolicy = Field(ClosePolicy(), description="when what landed is complete")


class Expectations(Strict):
    """How long data of each kind may stay away before that is put on record. None: as long as it likes."""

    training: Duration | None = Field(None, description="longest time without data to train on")
    evaluation: Duration | None = Field(None, description="longest time without data to judge the champion on")

    def of(self, purpose: Purpose) -> timedelta | None:
        return {Purpose.TRAINING: self.training, Purpose.EVALUATION: self.evaluation}[purpose]


class Data(Strict):
    """Where a model's data lands."""

    bucket: str = Field(
        pattern=r"^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$",
        description="usually ${DataBucket}, the bucket of the deployed stack",
    )
    training: DataSource = Field(description="data to train on")
    evaluation: DataSource | None = Field(None, description="labelled data to judge the champion on")
    exclude: tuple[str, ...] = Field((), description="shell patterns over the whole key, such as */_temporary/*")
    expect: Expectations = Field(Expectations(), description="how long data may stay away")

    @property
    def sources(self) -> Mapping[Purpose, DataSource]:
        """Those that the model has."""
        found = {Purpose.TRAINING: self.training, Purpose.EVALUATION: self.evaluation}
        return {purpose: source for purpose, source in found.items() if source}


# What the control plane tells every pipeline. The data and, of evaluations, what is judged and where the report goes
# are not among them: a run that isn't told those does something else than was decided.
type Omittable = Literal[
    "ChampionModelDataUrl",
    "ChampionPackageArn",
    "DataFingerprint",
    "DecisionKey",
    "ImageUri",
    "MetricBar",
    "MetricDirection",
    "MetricName",
    "MetricTolerance",
    "ModelDataUrl",
    "ModelPackageGroup",
]


class PipelineRef(Strict):
    """A SageMaker pipeline and the parameters that this model sets on it."""

    name: str = Field(
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$", description="the pipeline's name in SageMaker, compiled here"
    )
    parameters: dict[ParameterName, str] = Field(
        default_factory=dict, description="those that the pipeline declares; the control plane adds its own"
    )
    omit: tuple[Omittable, ...] = Field(
        (), description="those of the control plane's own that the pipeline doesn't declare, and isn't told"
    )


class Pipelines(Strict):
    """Which pipeline serves which purpose."""

    training: PipelineRef = Field(description="trains, evaluates and registers a version")
    evaluation: PipelineRef | None = Field(None, description="judges the champion on new data, without training")

    @property
    def serving(self) -> Mapping[Purpose, PipelineRef]:
        """Those that the model has."""
        found = {Purpose.TRAINING: self.training, Purpose.EVALUATION: self.evaluation}
        return {purpose: pipeline for purpose, pipeline in found.items() if pipeline}


def endpoint_claim(name: str) -> str:
    """Endpoints whose names differ in case alone can't both exist: to SageMaker they are one."""
    return f"endpoint/{name.lower()}"


class ModelSpec(Strict):
    """One model. Its name is also its model package group."""

    model: ModelName = Field(description="its name, also that of its model package group")
    data: Data = Field(description="where its data lands, and when that is complete")
    pipelines: Pipelines = Field(description="what runs for it")
    policy: Policy = Field(description="how the control plane may act for it")
    deployment: Serving | None = Field(None, description="the endpoint that serves the champion")
    monitor: Monitor = Field(Monitor(), description="how it is watched, and where else drift of it is found")

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of AWS that are this model's alone: an event about one of them is about the model."""
        endpoints = [endpoint_claim(self.deployment.endpoint)] if self.deployment else []
        schedules = [f"schedule/{name}" for name in self.monitor.schedules]
        return (*endpoints, *schedules, *(f"alarm/{name}" for name in self.monitor.alarms))

    @model_validator(mode="after")
    def _folders_and_pipelines_agree(self) -> Self:
        if self.data.evaluation and not self.pipelines.evaluation:
            msg = "data.evaluation needs pipelines.evaluation, which says what to do with it"
            raise ValueError(msg)
        prefixes = [source.prefix for source in self.data.sources.values()]
        if len(set(prefixes)) < len(prefixes):
            msg = f"data.training and data.evaluation share the folder {prefixes[0]}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _instances_are_allowed(self) -> Self:
        if self.deployment is None or self.deployment.serverless:
            return self
        wanted, allowed = self.deployment.instances.type, self.policy.instance_types
        if not any(fnmatchcase(wanted, pattern) for pattern in allowed):
            msg = f"deployment.instances.type {wanted} is none of policy.instance_types: {', '.join(allowed)}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _monitors_have_something_to_look_at(self) -> Self:
        captures = self.deployment is not None and self.deployment.capture is not None
        if self.monitor.kind != "none" and not captures:
            msg = f"monitor.kind {self.monitor.kind} needs deployment.capture: it looks at what is captured"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _exclusions_leave_the_manifests(self) -> Self:
        for source in self.data.sources.values():
            marker = source.prefix + (source.close.manifest or "")
            if source.close.manifest and any(fnmatchcase(marker, pattern) for pattern in self.data.exclude):
                msg = f"data.exclude hides the manifest {marker}, so the window would never close by it"
                raise ValueError(msg)
        return self

    @property
    def revision(self) -> str:
        """Names this exact spec on every decision made under it: first 12 hex digits of its sha256."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

"""What a model is to the control plane: the type behind `pipeline_defs/models/*.yaml`.

`pointsman apply` checks a file against `ModelSpec` and writes it to the ledger; the rooms read it back. Unknown
fields are refused, so that a misspelt policy is an error and not a policy that silently never applies.
"""

import hashlib
import re
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _parse_duration(value: object) -> object:
    """Accept `90s`, `5m`, `26h`, `7d`; leave the rest to pydantic, which refuses bare numbers of unknown unit."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,9})([smhd])", value) if isinstance(value, str) else None
    if not match:
        msg = "expected a duration such as 90s, 5m, 26h or 7d"
        raise ValueError(msg)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _format_duration(value: timedelta) -> str:
    return f"{int(value.total_seconds())}s"


def _folder(value: str) -> str:
    """A prefix is a folder: routes are looked up folder by folder, and `raw/a` must not catch `raw/ab.csv`."""
    if not value.endswith("/") or value.startswith("/") or "//" in value:
        msg = "expected a folder that ends in one slash and starts with none, such as churn/training/"
        raise ValueError(msg)
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_parse_duration),
    PlainSerializer(_format_duration),
    Field(gt=timedelta(0), le=timedelta(days=3650)),
]
Folder = Annotated[str, AfterValidator(_folder)]
# The registry's own rule for a model package group, which a model's name also is.
ModelName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=63)]
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-_]+$", max_length=256)]


class Strict(BaseModel):
    """Frozen, and closed to fields that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Purpose(StrEnum):
    """What a run is for; also which of a model's data prefixes feeds it."""

    TRAINING = "training"


class ClosePolicy(Strict):
    """When an arrival window is complete: at whichever of these comes first."""

    manifest: str | None = Field(None, min_length=1, description="file name whose arrival completes the data")
    quiet: Duration = Field(timedelta(minutes=5), description="this long without a new object")
    at_most: Duration = Field(timedelta(hours=1), description="this long after the first object, whatever still comes")


class DataSource(Strict):
    """A folder in which data for one purpose lands."""

    prefix: Folder
    close: ClosePolicy = ClosePolicy()


class Data(Strict):
    """Where a model's data lands."""

    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$")
    training: DataSource
    exclude: tuple[str, ...] = Field((), description="shell patterns over the whole key, such as */_temporary/*")

    def source(self, purpose: Purpose) -> DataSource:
        return {Purpose.TRAINING: self.training}[purpose]


class PipelineRef(Strict):
    """A SageMaker pipeline and the parameters that this model sets on it."""

    name: str = Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$")
    parameters: dict[ParameterName, str] = {}


class Pipelines(Strict):
    """Which pipeline serves which purpose."""

    training: PipelineRef

    def serving(self, purpose: Purpose) -> PipelineRef:
        return {Purpose.TRAINING: self.training}[purpose]


class Metric(Strict):
    """The bar that a version must meet before it is registered."""

    name: str = Field(min_length=1)
    direction: Literal["maximize", "minimize"]
    bar: float = Field(allow_inf_nan=False, description="the worst value that still passes, in the metric's own unit")


class Policy(Strict):
    """How the control plane may act for a model."""

    metric: Metric
    same_data: Duration = Field(
        timedelta(days=90), description="how long equal contents don't start a second run of the same purpose"
    )


class ModelSpec(Strict):
    """One model. Its name is also its model package group."""

    model: ModelName
    data: Data
    pipelines: Pipelines
    policy: Policy

    @model_validator(mode="after")
    def _exclusions_leave_the_manifest(self) -> Self:
        source = self.data.training
        marker = source.prefix + (source.close.manifest or "")
        if source.close.manifest and any(fnmatchcase(marker, pattern) for pattern in self.data.exclude):
            msg = f"data.exclude hides the manifest {marker}, so the window would never close by it"
            raise ValueError(msg)
        return self

    @property
    def revision(self) -> str:
        """Names this exact spec on every decision made under it: first 12 hex digits of its sha256."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

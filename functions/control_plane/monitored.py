"""How a model is watched: the `monitor` of its spec."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from control_plane.fields import Duration, Folder, ResourceName, Strict
from control_plane.policies import DriftKind

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Of an offset, whose text has at most 15 characters; beyond that labels are somebody's archive.
_LONGEST_WAIT = timedelta(days=31)


class Labels(Strict):
    """What came true, by which predictions are measured. In Model Monitor's form, in a folder for each hour:
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
    """

    prefix: Folder = Field(description="the folder of the data bucket in which they land")
    within: Duration = Field(_DAY, description="how long after its prediction a label may come; whole hours")
    problem_type: Literal["Regression", "BinaryClassification", "MulticlassClassification"] = Field(
        description="what the predictions are"
    )
    prediction: str = Field(
        "0", min_length=1, max_length=256, description="its column in what is captured, or JSON path"
    )
    probability: str | None = Field(
        None, min_length=1, max_length=256, description="that of the positive class, where it is answered too"
    )

    @model_validator(mode="after")
    def _comes_in_whole_hours(self) -> Self:
        if self.within % _HOUR or self.within > _LONGEST_WAIT:
            raise ValueError("within is not in whole hours, 31 days at most, as SageMaker's folders and offsets are")
        return self


class Monitor(Strict):
    """Where drift of this model is found: the monitor of its endpoint, and others by name, with the kind of drift."""

    kind: Literal["none", "model-monitor"] = Field(
        "none", description="model-monitor: its endpoint is watched by SageMaker's, with the champion's baseline"
    )
    every: Duration = Field(_HOUR, description="how often; 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d")
    instance: str = Field(
        "ml.m5.xlarge", pattern=r"^ml\.[a-z0-9\-]+\.[a-z0-9]+$", description="SageMaker's instance type that it runs on"
    )
    labels: Labels | None = Field(None, description="by which the predictions are watched, too")
    schedules: dict[ResourceName, DriftKind] = Field(
        default_factory=dict, description="other monitoring schedules whose findings are about this model"
    )
    alarms: dict[str, DriftKind] = Field(
        default_factory=dict, description="CloudWatch alarms that mean drift of this model"
    )

    @model_validator(mode="after")
    def _runs_at_the_same_hours_of_each_day(self) -> Self:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html"""
        if self.every % _HOUR or _DAY % self.every:
            raise ValueError("every is none of 1h, 2h, 3h, 4h, 6h, 8h, 12h and 1d, by which SageMaker's schedules run")
        return self

    @property
    def expression(self) -> str:
        """As SageMaker takes it, in UTC."""
        match self.every // _HOUR:
            case 1:
                return "cron(0 * ? * * *)"
            case 24:
                return "cron(0 0 ? * * *)"
            case hours:
                return f"cron(0 0/{hours} ? * * *)"

"""How the control plane may act for a model: the `policy` of its spec."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from control_plane.fields import Duration, Number, Strict, WholeNumber, text_of_form

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK_MOMENT = f"({'|'.join(_DAYS)}) ([01]?[0-9]|2[0-3]):[0-5][0-9]"
_WEEK_MOMENT_EXPECTED = "expected a day and a time in UTC, such as Fri 16:00"
_WEEK = timedelta(days=7)


class Purpose(StrEnum):
    """What a run is for; also which of a model's folders feeds it."""

    TRAINING = "training"
    EVALUATION = "evaluation"


class DriftKind(StrEnum):
    """Model Monitor's four types of monitoring, in our spelling."""

    DATA_QUALITY = "data_quality"
    MODEL_QUALITY = "model_quality"
    BIAS = "bias"
    FEATURE_ATTRIBUTION = "feature_attribution"


type Response = Literal["evaluate", "train", "nothing"]
# What Model Monitor checks of each feature: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
type Check = Literal[
    "baseline_drift_check",
    "categorical_values_check",
    "completeness_check",
    "data_type_check",
    "extra_column_check",
    "missing_column_check",
]


class Metric(Strict):
    """The bar that a version must meet before it is registered, and the champion to stay unquestioned."""

    name: str = Field(min_length=1, description="as the evaluation reports it, such as auc or rmse")
    direction: Literal["maximize", "minimize"] = Field(description="which way is better")
    bar: Number = Field(description="the worst value that still passes, in the metric's own unit")
    tolerance: Number = Field(
        0.0, ge=0, description="how much worse than the champion, on the same data, a new version may be; same unit"
    )


class OnDrift(Strict):
    """What drift of each kind leads to. Evaluating first is cheap, and may show that nothing is wrong."""

    data_quality: Response = Field("evaluate", description="the features look different from the training data's")
    model_quality: Response = Field("train", description="the predictions are worse than they were, by labels")
    bias: Response = Field("evaluate", description="groups are treated more differently than they were")
    feature_attribution: Response = Field("evaluate", description="other features than before decide")
    again: Duration = Field(
        timedelta(days=1), description="drift that nothing has taken back is answered again after this long"
    )
    severe: Response = Field("train", description="whatever the kind, when so much has drifted")
    severe_share: Number = Field(0.5, gt=0, le=1, description="drift is severe when this share of the features has it")
    data_errors: Response = Field(
        "nothing",
        description="when nothing but data errors was found: what sends the data must be mended, and no run does that",
    )
    data_error_checks: tuple[Check, ...] = Field(
        ("completeness_check", "data_type_check", "extra_column_check", "missing_column_check"),
        description="violations of these checks are data errors, those of all others drift; "
        "a feature with an error doesn't count as drifted",
    )

    def response(self, kind: DriftKind, share: float | None) -> Response:
        """`share` is None where the source of the event doesn't tell it."""
        if share is not None and share >= self.severe_share:
            return self.severe
        response: Response = getattr(self, kind)
        return response


class Cooldown(Strict):
    """How long after a run's start the next one of its purpose waits. Unset: not at all."""

    training: Duration | None = Field(None, description="between the starts of two trainings")
    evaluation: Duration | None = Field(None, description="between the starts of two evaluations")

    def after(self, purpose: Purpose) -> timedelta | None:
        return {Purpose.TRAINING: self.training, Purpose.EVALUATION: self.evaluation}[purpose]


class Budget(Strict):
    """What a model may use. Unset: as much as it asks for."""

    # The ledger lists a model's last 100 runs; a larger budget would never be used up.
    runs_per_day: WholeNumber | None = Field(None, ge=1, le=100, description="of all purposes, in any 24 hours")
    cost_per_month: Number | None = Field(
        None, gt=0, description="USD for runs of all purposes that begin in one month, in UTC"
    )


def _week_moment(value: object) -> object:
    """`Fri 16:00` as the time since Monday 00:00 UTC."""
    if not isinstance(value, str) or not re.fullmatch(_WEEK_MOMENT, value):
        raise ValueError(_WEEK_MOMENT_EXPECTED)
    return value


WeekMoment = Annotated[str, BeforeValidator(_week_moment), text_of_form(_WEEK_MOMENT, _WEEK_MOMENT_EXPECTED)]


class Freeze(Strict):
    """A stretch of every week in which nothing is started. What is decided in it is carried out after it."""

    since: WeekMoment = Field(description="its first minute, in UTC, such as Fri 16:00")
    until: WeekMoment = Field(description="the first minute after it, in UTC, such as Mon 06:00")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.since == self.until:
            msg = "since and until are the same moment"
            raise ValueError(msg)
        return self

    def end(self, now: datetime) -> datetime | None:
        """When this freeze ends, if it holds now. It may reach over the end of the week."""
        into = (_offset(self.until) - _offset(self.since)) % _WEEK
        now = now.astimezone(UTC)
        monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
        passed = (now - monday - _offset(self.since)) % _WEEK
        return now - passed + into if passed < into else None


def _offset(moment: str) -> timedelta:
    day, _, clock = moment.partition(" ")
    hour, _, minute = clock.partition(":")
    return timedelta(days=_DAYS.index(day), hours=int(hour), minutes=int(minute))


class Policy(Strict):
    """All of it has sensible defaults but the metric, which only the model's owner knows."""

    metric: Metric = Field(description="what a version is judged by")
    on_data: Literal["train", "when_degraded"] = Field(
        "train", description="when_degraded: new training data waits until an evaluation says that it is needed"
    )
    on_drift: OnDrift = Field(OnDrift(), description="what drift of each kind leads to")
    on_degraded: Literal["train", "nothing"] = Field("train", description="what an evaluation below the bar leads to")
    cooldown: Cooldown = Field(Cooldown(), description="how long runs of one purpose keep apart")
    budget: Budget = Field(Budget(), description="what the model may use")
    freeze: tuple[Freeze, ...] = Field((), description="stretches of every week in which nothing is started")
    approval: Literal["manual", "automatic"] = Field(
        "manual", description="automatic: a version that met the bar is approved, with its metrics as the evidence"
    )
    instance_types: tuple[str, ...] = Field(
        ("ml.*",), min_length=1, description="shell patterns of what its endpoint may run on, such as ml.m5.*"
    )
    same_data: Duration = Field(
        timedelta(days=90), description="how long equal contents don't start a second run of the same purpose"
    )

    def frozen_until(self, now: datetime) -> datetime | None:
        """The latest end of the freezes that hold now."""
        return max((end for freeze in self.freeze if (end := freeze.end(now))), default=None)

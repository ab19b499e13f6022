"""What a monitor leaves in S3: the constraints that live data or predictions violate, and how much it looked at.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from control_plane.errors import UnreadableReport
from control_plane.policies import DriftKind

# The monitor writes the first; its documentation shows the second, too.
VIOLATIONS = ("constraint_violations.json", "constraints_violations.json")
# Both list the features that were looked at. The constraints are the smaller file.
FEATURES = ("constraints.json", "statistics.json")

_KINDS = {
    "bias_drift_check": DriftKind.BIAS,
    "feature_attribution_drift_check": DriftKind.FEATURE_ATTRIBUTION,
    "LessThanThreshold": DriftKind.MODEL_QUALITY,
    "GreaterThanThreshold": DriftKind.MODEL_QUALITY,
}


class Violation(BaseModel):
    """One violation. Which of the members it has depends on the check; its description is for people, and varies."""

    model_config = ConfigDict(frozen=True)

    check: str = Field("unnamed check", alias="constraint_check_type")
    feature: str | None = Field(None, alias="feature_name")
    group: str | None = Field(None, validation_alias=AliasChoices("facet", "label"))
    metric: str | None = Field(None, alias="metric_name")

    def __str__(self) -> str:
        """`age (baseline_drift_check)`, `Age CI (bias_drift_check)`."""
        about = " ".join(word for word in (self.feature, self.group, self.metric) if word)
        return f"{about} ({self.check})".lstrip()

    @property
    def kind(self) -> DriftKind:
        """What the monitor that makes this check looks at."""
        return _KINDS.get(self.check, DriftKind.DATA_QUALITY)


@dataclass(frozen=True, slots=True)
class MonitorReport:
    """`violations` is None where the monitor left no list of them; `features` is how many it looked at, if known."""

    violations: tuple[Violation, ...] | None
    features: int | None


class _Violations(BaseModel):
    violations: tuple[Violation, ...] | None


class _Features(BaseModel):
    features: tuple[object, ...]


def read_violations(report: bytes, uri: str) -> tuple[Violation, ...]:
    """Raises UnreadableReport."""
    try:
        return _Violations.model_validate_json(report).violations or ()
    except ValidationError as error:
        raise UnreadableReport(f"{uri}: {error}") from error


def count_features(report: bytes) -> int | None:
    """None for a report that lists none: those on a model's quality, for one."""
    try:
        return len(_Features.model_validate_json(report).features) or None
    except ValidationError:
        return None


def share_of_features(violations: Collection[Violation], features: int | None) -> float | None:
    """None where the violations are about no features, or nobody knows how many there are."""
    violated = {violation.feature for violation in violations if violation.feature}
    return min(1.0, len(violated) / features) if features and violated else None

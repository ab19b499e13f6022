"""What the sources of drift say, as one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from control_plane.events import AlarmStateChange, DriftReport
from control_plane.events.cloudwatch import AlarmState
from control_plane.models import ModelSpec
from control_plane.monitors import MonitorRun
from control_plane.policies import DriftKind, OnDrift
from control_plane.records import Drift
from control_plane.violations import MonitorReport, Violation, share_of_features
from on_drift.claims import kind_of_metric

_NAMED = 5


class State(StrEnum):
    """What a source found out."""

    DRIFTED = auto()
    CLEAR = auto()
    DATA_ERRORS = auto()  # and no drift beside them
    TOO_LITTLE_DATA = auto()
    SUPPRESSED = auto()  # an alarm that nobody wants to hear of now
    FAILED = auto()  # the source itself broke


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """`share` is the part of the features that drifted, None where nobody knows. `summary` is the source's reason.

    `at` is when that was so, None where nobody says. An alarm isn't `whole`: it looks at some metric, and where that is
    well others need not be. `again` only reminds of drift that was found before.
    """

    kind: DriftKind
    state: State
    source: str
    summary: str = ""
    share: float | None = None
    at: datetime | None = None
    whole: bool = True
    again: bool = False


def of_report(event: DriftReport) -> DriftFinding:
    report = event.detail
    state = State.DRIFTED if report.drifted else State.CLEAR
    return DriftFinding(
        report.kind, state, event.source, report.summary, report.share, at=event.sent_at, again=report.again
    )


def of_alarm(event: AlarmStateChange, spec: ModelSpec) -> DriftFinding:
    """The spec says of what kind of drift an alarm tells; of Model Monitor's own metrics, their namespace."""
    name, state = event.detail.name, event.detail.state
    told = [kind for metric in event.metrics if (kind := kind_of_metric(metric))]
    kind = spec.monitor.alarms.get(name) or next(iter(told), DriftKind.DATA_QUALITY)
    summary, at = f"alarm {name}: {state.reason}", state.timestamp or event.sent_at
    return DriftFinding(kind, _state(state), f"alarm {name}", summary, at=at, whole=False)


def _state(alarm: AlarmState) -> State:
    match alarm.value:
        case "ALARM":
            return State.SUPPRESSED if alarm.is_suppressed else State.DRIFTED
        case "OK":
            return State.CLEAR
        case "INSUFFICIENT_DATA":
            return State.TOO_LITTLE_DATA


def of_failed_run(run: MonitorRun, spec: ModelSpec) -> DriftFinding:
    """It found nothing, which isn't the same as no drift."""
    why = run.failure or run.exit_message or "no reason given"
    return DriftFinding(_kind(run, (), spec), State.FAILED, _source(run), f"it ended {run.status}: {why}")


def of_run(run: MonitorRun, report: MonitorReport, spec: ModelSpec) -> DriftFinding:
    """A monitor need not leave a list of violations: where it found none, or where it only says that it did.

    A list that is empty, though the monitor says so, can only be another run's, which wrote to the same folder later.
    """
    if not report.violations and run.found_violations:
        said = f"{_source(run)}: {run.exit_message}"
        return DriftFinding(_kind(run, (), spec), State.DRIFTED, _source(run), said, at=run.ended_at)
    violations = report.violations or ()
    errors, drifts = _told_apart(violations, spec.policy.on_drift)
    return DriftFinding(
        kind=_kind(run, drifts or errors, spec),
        state=State.DRIFTED if drifts else State.DATA_ERRORS if errors else State.CLEAR,
        source=_source(run),
        summary=f"{_source(run)}: {_listed(drifts + errors)}" if violations else "",
        share=share_of_features(drifts, report.features),
        at=run.ended_at,
    )


def _told_apart(
    violations: Sequence[Violation], policy: OnDrift
) -> tuple[tuple[Violation, ...], tuple[Violation, ...]]:
    """Data errors, and drift. What is broken looks drifted as well, so a feature with an error has no drift."""
    checks: tuple[str, ...] = policy.data_error_checks
    errors = tuple(violation for violation in violations if violation.check in checks)
    broken = {violation.feature for violation in errors if violation.feature}
    drifts = [violation for violation in violations if violation.check not in checks]
    return errors, tuple(violation for violation in drifts if violation.feature not in broken)


def _kind(run: MonitorRun, violations: Sequence[Violation], spec: ModelSpec) -> DriftKind:
    """The spec's word, else SageMaker's, else what the checks give away."""
    checked = (violation.kind for violation in violations)
    return spec.monitor.schedules.get(run.schedule) or run.kind or next(checked, DriftKind.DATA_QUALITY)


def _source(run: MonitorRun) -> str:
    return f"a run of monitoring schedule {run.schedule}"


def _listed(violations: Sequence[Violation]) -> str:
    names = list(dict.fromkeys(map(str, violations)))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def standing(finding: DriftFinding, before: Drift | None, now: datetime) -> Drift | None:
    """Drift as it is to be remembered, after what was remembered of its kind. None where there is nothing to remind of.

    Nobody found it later than now, whatever a clock somewhere says.
    """
    if finding.again:
        return before.model_copy(update={"answered_at": now}) if before else None
    return Drift(
        kind=finding.kind,
        source=finding.source,
        share=finding.share,
        summary=finding.summary,
        since=before.since if before else now,
        found_at=min(finding.at or now, now),
        answered_at=now,
    )

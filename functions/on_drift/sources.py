"""The three sources of drift: whom each is about, and what it says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from control_plane.errors import MonitorStillRunning, UnknownModel
from control_plane.events import AlarmStateChange, DriftEvent, DriftReport, MonitorRunObserved, ProcessingJobStateChange
from control_plane.ledger import Ledger
from control_plane.models import ModelSpec
from control_plane.monitors import MonitorRun, Monitors, drift_decision_id
from control_plane.ports import Objects
from control_plane.violations import FEATURES, VIOLATIONS, MonitorReport, count_features, read_violations
from on_drift.claims import claims_of_alarm, claims_of_run
from on_drift.findings import DriftFinding, of_alarm, of_failed_run, of_report, of_run


class Source(Protocol):
    """An event, and what must be asked to understand it."""

    def model(self, ledger: Ledger) -> str:
        """Whom it is about. Raises UnknownModel."""

    def finding(self, spec: ModelSpec, objects: Objects) -> DriftFinding:
        """What it says. Raises UnreadableReport, MonitorStillRunning."""


def decision_id(event: DriftEvent) -> str:
    """A report's is readable: its identity's form is checked."""
    return f"drift-{event.identity}" if isinstance(event, DriftReport) else drift_decision_id(event.identity)


def source_of(event: DriftEvent, monitors: Monitors) -> Source | None:
    """None for a processing job that is no monitor's."""
    match event:
        case DriftReport():
            return _Report(event)
        case AlarmStateChange():
            return _Alarm(event)
        case ProcessingJobStateChange() | MonitorRunObserved():
            run = monitors.describe(event.detail.job_arn)
            return _Run(run) if run else None


@dataclass(frozen=True, slots=True)
class _Report:
    event: DriftReport

    def model(self, ledger: Ledger) -> str:  # noqa: ARG002  the sender says it
        return self.event.detail.model

    def finding(self, spec: ModelSpec, objects: Objects) -> DriftFinding:  # noqa: ARG002
        return of_report(self.event)


@dataclass(frozen=True, slots=True)
class _Alarm:
    event: AlarmStateChange

    def model(self, ledger: Ledger) -> str:
        return _owner(claims_of_alarm(self.event), ledger)

    def finding(self, spec: ModelSpec, objects: Objects) -> DriftFinding:  # noqa: ARG002
        return of_alarm(self.event, spec)


@dataclass(frozen=True, slots=True)
class _Run:
    run: MonitorRun

    def model(self, ledger: Ledger) -> str:
        return _owner(claims_of_run(self.run), ledger)

    def finding(self, spec: ModelSpec, objects: Objects) -> DriftFinding:
        """The event said that the job has ended, so it should have: what hasn't will be asked about again."""
        match self.run.status:
            case "Completed":
                return of_run(self.run, _report(self.run, objects), spec)
            case "Failed" | "Stopped":
                return of_failed_run(self.run, spec)
            case "InProgress" | "Stopping":
                raise MonitorStillRunning(f"{self.run.job_arn} is {self.run.status}")


def _owner(names: tuple[str, ...], ledger: Ledger) -> str:
    owners = ledger.owners(names)
    found = next((owners[name] for name in names if name in owners), None)
    if found is None:
        raise UnknownModel(f"no model claims {' or '.join(names)}")
    return found


def _report(run: MonitorRun, objects: Objects) -> MonitorReport:
    """How many features there are is asked only where some violate their constraints."""
    written = _first_of(VIOLATIONS, run, objects)
    if written is None:
        return MonitorReport(None, None)
    violations = read_violations(*written)
    features = _first_of(FEATURES, run, objects) if violations else None
    return MonitorReport(violations, count_features(features[0]) if features else None)


def _first_of(names: Iterable[str], run: MonitorRun, objects: Objects) -> tuple[bytes, str] | None:
    """The first document of these names among the run's reports, with its URI."""
    for uri in (f"{run.output_uri}/{name}" for name in names if run.output_uri):
        if (body := objects.read(uri)) is not None:
            return body, uri
    return None

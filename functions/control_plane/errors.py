"""Everything that the control plane raises on purpose.

ControlPlaneError
├── InvalidEvent            an event lacks what we act on; redelivery can't mend it, so it ends in the dead-letter queue
├── UnknownModel            the ledger has no model of that name, or none that claims what an event is about
├── UnreadableSpec          the ledger holds a spec that this version doesn't accept; applying one that it does mends it
├── UnreadableReport        an evaluation left no verdict where it was told to, or a monitor's report isn't one
├── UnreadableArchive       a version's sample payload isn't the archive that it should be
├── MonitorStillRunning     a monitor's run was said to have ended, but hasn't; a retry asks again
├── UnreadableItem          something due in the ledger makes no record: written by other code, or by hand
├── UnknownPackage          the registry has no such version
├── LedgerConflict
│   ├── AlreadyDecided      a decision with this id exists; its record comes with the error
│   ├── SlotTaken           the model already has a run under way
│   ├── NameTaken           another model has the folder, endpoint, schedule or alarm that a spec claims
│   ├── DataAlreadyUsed     a run on exactly this data exists
│   └── Superseded          somebody else changed the record first; the next event or tick looks again
├── AwsUnreachable          there is no AWS to ask: no network leads to it, or there are no credentials
├── EventNotSent            EventBridge took none of our event; the tick that wanted to send it will try again
└── CallError
    ├── CapacityExceeded    SageMaker's quota is used up (ResourceLimitExceeded); the same call may pass later
    ├── EndpointBusy        the endpoint is changing; it can be asked when it has settled
    ├── AlarmsMissing       an alarm that is to guard an update isn't there; the same call may pass when it is
    ├── NotApproved         a version that was to be deployed isn't approved any more
    └── CallRefused         SageMaker will never accept this call: no such pipeline, or a parameter it doesn't take

Whatever else an AWS call raises (throttling, access denied, outages) is left as it is: Lambda retries, and what
still fails ends in a dead-letter queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from control_plane.records import Decision


class ControlPlaneError(Exception):
    """Root of the tree above."""


class InvalidEvent(ControlPlaneError):
    """Raised by the event types while parsing."""


class AwsUnreachable(ControlPlaneError):
    """Raised by whatever calls AWS, in place of botocore's own. A retry may mend it."""


class UnknownModel(ControlPlaneError):
    """Raised by `Ledger.model`, and by `on_drift`'s sources."""


class UnreadableSpec(ControlPlaneError):
    """Raised by `Ledger.model`. The model's events end in the dead-letter queue until it is mended; others go on."""


class UnreadableReport(ControlPlaneError):
    """Raised by `read_verdict` and `read_violations`. Retrying won't mend it: the event becomes a dead letter."""


class UnreadableArchive(ControlPlaneError):
    """Raised by `Objects.unpack`."""


class MonitorStillRunning(ControlPlaneError):
    """Raised by `on_drift`."""


class UnreadableItem(ControlPlaneError):
    """Raised by `on_tick` for that item alone."""


class UnknownPackage(ControlPlaneError):
    """Raised by `Registry.describe`."""


class LedgerConflict(ControlPlaneError):
    """A condition of a ledger transaction did not hold; nothing was written."""


class AlreadyDecided(LedgerConflict):
    """Raised by whatever records a new decision, for an id that exists, and by `Ledger.take_up` for one not waiting."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"decision {decision.id} exists: {decision.outcome}")
        self.decision = decision


class SlotTaken(LedgerConflict):
    """Raised by `Ledger.begin` and `Ledger.take_up`."""


class NameTaken(LedgerConflict):
    """Raised by `Ledger.apply`."""


class DataAlreadyUsed(LedgerConflict):
    """Raised by `Ledger.begin` and `Ledger.defer`."""


class Superseded(LedgerConflict):
    """Raised by any ledger write whose record moved on since it was read."""


class EventNotSent(ControlPlaneError):
    """Raised by `Events.send`."""


class CallError(ControlPlaneError):
    """Raised by `Pipelines.start`, by `Endpoints.create` and `update`, before them, and by `Schedules.attach`."""


class CapacityExceeded(CallError):
    """SageMaker's ResourceLimitExceeded, which no SDK retries by itself."""


class EndpointBusy(CallError):
    """Raised by `Endpoints.create` and `update`: SageMaker takes no update while one is under way."""


class AlarmsMissing(CallError):
    """Raised before a deployment's call."""


class NotApproved(CallError):
    """Raised before a deployment's call: a version is asked about again right before it is deployed."""


class CallRefused(CallError):
    """SageMaker's ResourceNotFound or ValidationException."""

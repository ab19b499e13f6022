"""What was decided about an event, and why."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records.record import Record
from control_plane.records.requests import DeployRequest, StartRequest


class DecisionStatus(StrEnum):
    """BEGUN holds the model's slot and may have reached SageMaker; DEFERRED waits; DONE is final."""

    BEGUN = "begun"
    DEFERRED = "deferred"
    DONE = "done"


class Decision(Record):
    """What was decided about an event, and why.

    For people: `because` says what led to it, `then` what has changed since: why it was refused, say, or went ahead.
    `correlation_id` is the decision that this one came of, where it isn't itself the first.
    `events` counts the deliveries that a tally stands for. `data_until` is when equal data may be used again, `until`
    when a deferred one is looked at again. `run` is the execution or the endpoint configuration that came of it.
    `begun_at` is when it began first: from then on SageMaker may have been asked, under a token that stands for just
    this request, even if it waits again. `revision` is the spec's under which `outcome` was decided.
    `waited_as` is its outcome from before it was taken up again.
    `force` passes the policies, on the word of `actor`.
    """

    kind: Literal["decision"] = "decision"
    id: str
    model: str | None
    purpose: Purpose | None = None
    event: str
    outcome: Outcome
    status: DecisionStatus
    because: str
    then: str | None = None
    decided_at: datetime
    revision: str | None = None
    fingerprint: str | None = None
    data_until: datetime | None = None
    request: StartRequest | DeployRequest | None = None
    run: str | None = None
    until: datetime | None = None
    look_at: datetime | None = None
    begun_at: datetime | None = None
    waited_as: Outcome | None = None
    actor: str | None = None
    force: bool = False
    events: int = 1
    correlation_id: str | None = None

    @property
    def root(self) -> str:
        """The id by which all that came of one event is found."""
        return self.correlation_id or self.id

    @property
    def asked(self) -> StartRequest | DeployRequest:
        """The request of a decision that is begun or deferred. Others have none: LookupError."""
        if self.request is None:
            msg = f"decision {self.id} ({self.outcome}) starts nothing"
            raise LookupError(msg)
        return self.request

    @property
    def start(self) -> StartRequest:
        """`asked` of a decision that starts a run. LookupError for others."""
        asked = self.asked
        if isinstance(asked, StartRequest):
            return asked
        msg = f"decision {self.id} ({self.outcome}) starts no run"
        raise LookupError(msg)

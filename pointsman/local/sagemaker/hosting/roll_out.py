"""The phases of an update's traffic, with their waits, under the eye of alarms."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from pointsman.local.sagemaker.errors import DeploymentFailedError, InterruptedRunError
from pointsman.local.sagemaker.hosting.alarms import Alarms
from pointsman.local.sagemaker.hosting.fleet import Fleet
from pointsman.local.sagemaker.hosting.traffic import Shift, plan
from pointsman.local.sagemaker.shapes import Shape

_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Watch:
    """What waits look at. With a `time_scale` of 60 a minute of them passes in a second."""

    alarms: Alarms
    time_scale: float
    halting: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Phase:
    """`share`: of the traffic, what goes to the new fleet in it. `status` and `message`: a variant's."""

    share: float
    status: str
    message: str


class RollOut:
    """One update. `deployment` is a DeploymentConfig."""

    def __init__(self, deployment: Shape, instances: int, watch: Watch) -> None:
        self._shifts = plan(deployment, instances)
        self._alarms = [
            alarm["AlarmName"] for alarm in deployment.get("AutoRollbackConfiguration", {}).get("Alarms", ())
        ]
        policy = deployment.get("BlueGreenUpdatePolicy") or deployment.get("RollingUpdatePolicy") or {}
        self._seconds: float | None = policy.get("MaximumExecutionTimeoutInSeconds")
        self._watch = watch

    def phases(self, new: Fleet) -> Iterator[Phase]:
        """Each when it begins; the wait for the next one is ours. Raises DeploymentFailedError, InterruptedRunError."""
        limit = None if self._seconds is None else time.monotonic() + self._seconds / self._watch.time_scale
        self._check(new, None)
        for shift in self._shifts:
            yield Phase(shift.share, "ActivatingTraffic", f"Activating traffic on {shift.share:.0%} of the capacity.")
            if shift.wait_seconds:
                yield Phase(shift.share, "Baking", _baking(shift))
            self._bake(shift.wait_seconds, new, limit)

    def _bake(self, seconds: float, new: Fleet, limit: float | None) -> None:
        until = time.monotonic() + seconds / self._watch.time_scale
        while (left := until - time.monotonic()) > 0:
            self._check(new, limit)
            if self._watch.halting.wait(min(left, _LOOK_SECONDS)):
                raise InterruptedRunError
        self._check(new, limit)

    def _check(self, new: Fleet, limit: float | None) -> None:
        if ringing := self._watch.alarms.ringing(self._alarms, new.role):
            raise DeploymentFailedError(f"Rolled back because of CloudWatch alarms in ALARM: {', '.join(ringing)}.")
        if new.has_crashed():
            raise DeploymentFailedError("Rolled back because a container of the new fleet ended by itself.")
        if limit is not None and time.monotonic() > limit:
            raise DeploymentFailedError(
                f"Rolled back because the update took longer than {self._seconds} seconds"
                " (MaximumExecutionTimeoutInSeconds)."
            )


def _baking(shift: Shift) -> str:
    return (
        f"Baking for {shift.wait_seconds:g} seconds ({shift.setting}) with traffic enabled on"
        f" {shift.share:.0%} of the capacity."
    )

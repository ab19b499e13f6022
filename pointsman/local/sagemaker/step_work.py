"""One step carried out: its result taken from the cache, or run, and run again after failures that are retried."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from pointsman.local.faults import Faults
from pointsman.local.sagemaker import api, cache_keys, retries, step_faults, times
from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.errors import InterruptedRunError, StepFailedError, UnresolvedReferenceError
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.property_values import PropertyValues
from pointsman.local.sagemaker.roles import UNCHECKED, Roles
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption, Signal
from pointsman.local.sagemaker.step_cache import Place, StepCache
from pointsman.local.sagemaker.steps.kind import StepEnd, StepKind, StepRun

logger = logging.getLogger(__name__)
INTERNAL_ERROR = f"InternalServerError: {api.INTERNAL_ERROR}"


@dataclass(frozen=True)
class Workshop:
    """What steps are carried out with. With a `time_scale` of 60 a minute between attempts passes in a second."""

    records: ExecutionRecords
    kinds: Mapping[str, StepKind]
    cache: StepCache
    time_scale: float
    faults: Faults = field(default_factory=Faults)
    roles: Roles = UNCHECKED


class StepWork:
    """Of a step that has begun; what an earlier life of the service recorded for it is gone on from."""

    def __init__(self, shop: Workshop, step: Step, execution: Shape, values: PropertyValues, signal: Signal) -> None:
        """`signal`: the execution's."""
        self._shop = shop
        self._step = step
        self._execution = execution
        self._arn = execution["PipelineExecutionArn"]
        self._values = values
        self._signal = signal
        self._change = partial(shop.records.change_step, self._arn, step.name)
        self._interrupted = threading.Event()

    def carry_out(self) -> None:
        """Leaves the step ended in the store, or as it is when the service halts."""
        self._signal.listen(self._hear)
        try:
            place = self._place()
            if not self._is_taken_over(place):
                self._end(self._run(), place)
        except StepFailedError as error:
            self._change("Failed", reason=str(error))
        except InterruptedRunError:
            return
        except Exception:
            logger.exception("Step %s of %s ends by an internal error", self._step.name, self._arn)
            self._change("Failed", reason=INTERNAL_ERROR)

    def _hear(self, interruption: Interruption) -> None:
        self._interrupted.set()
        if interruption is Interruption.STOP:
            self._change("Stopping")

    def _place(self) -> Place | None:
        try:
            key = cache_keys.key(self._step, self._values.resolver({}).resolve)
        except UnresolvedReferenceError:
            return None  # names the job that is still to be made, and so no other run's; or fails the step when it runs
        return None if key is None else Place(self._execution["PipelineArn"], self._step.name, key)

    def _is_taken_over(self, place: Place | None) -> bool:
        if place is None or self._step.cache is None or self._signal.raised or self._recorded().get("Metadata"):
            return False
        found = self._shop.cache.find(place, self._step.cache, times.now())
        if found is None:
            return False
        source = {"SourcePipelineExecutionArn": found["PipelineExecutionArn"]}
        return self._change("Succeeded", found["Metadata"], CacheHitResult=source)

    def _end(self, end: StepEnd, place: Place | None) -> None:
        with self._shop.records.transaction():
            self._change(end.status, end.metadata)
            if place is not None and end.status == "Succeeded":
                self._shop.cache.keep(place, self._arn, self._recorded().get("Metadata", {}), times.now())

    def _run(self) -> StepEnd:
        while True:
            self._wait_for_attempt()
            try:
                return self._attempt()
            except StepFailedError as error:
                if not self._is_put_off(error):
                    raise

    def _attempt(self) -> StepEnd:
        metadata = self._recorded().get("Metadata", {})
        if self._signal.raised is Interruption.HALT:
            raise InterruptedRunError(self._step.name)
        if self._signal.raised is Interruption.STOP and not metadata:
            return StepEnd("Stopped")
        kind = self._shop.kinds.get(self._step.type)
        if kind is None:
            supported = ", ".join(sorted(self._shop.kinds))
            raise StepFailedError(
                f"ClientError: Steps of type {self._step.type} cannot be run locally yet; supported are {supported}"
            )
        if not metadata:
            step_faults.strike(self._shop.faults, self._step, self._execution)
        signal = Signal()
        self._signal.listen(signal.send)
        return kind.run(
            StepRun(
                step=self._step,
                execution=self._execution,
                resolver=self._values.resolver,
                signal=signal,
                metadata=metadata,
                record=partial(self._change, "Executing"),
                roles=self._shop.roles,
            )
        )

    def _is_put_off(self, error: StepFailedError) -> bool:
        """Whether the step is tried again; if so, that and when is in the store."""
        if self._signal.raised is not None:
            return False
        step, now = self._recorded(), times.now()
        elapsed = timedelta(seconds=(now - step["StartTime"]) * self._shop.time_scale)
        found = retries.next_attempt(self._step, error, step.get("retried", {}), elapsed)
        if found is None:
            return False
        seconds, retried = found
        logger.info("Step %s is tried again in %.0f s: %s", self._step.name, seconds, error)
        at = now + seconds / self._shop.time_scale
        return self._shop.records.put_off_step(self._arn, self._step.name, dict(retried), at)

    def _wait_for_attempt(self) -> None:
        due = self._recorded().get("attemptDue")
        if due is not None and not self._recorded().get("Metadata"):
            self._interrupted.wait(max(0.0, due - times.now()))

    def _recorded(self) -> Shape:
        return self._shop.records.step(self._arn, self._step.name) or {}

"""One execution being run: a thread for it, and one for each step as the frontier opens.

All that decides what happens next is in the store, so an interrupted execution goes on where it was: ended steps keep
their results, and a step that had begun is carried out again under what it recorded.
"""

import logging
import queue
import threading
from collections.abc import Callable

from pointsman.local.sagemaker import definition_parser, frontier, selection
from pointsman.local.sagemaker.definition import Definition, Step
from pointsman.local.sagemaker.execution_records import STEP_FAILURE, TERMINAL
from pointsman.local.sagemaker.property_values import PropertyValues
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption, Signal
from pointsman.local.sagemaker.step_work import INTERNAL_ERROR, StepWork, Workshop

logger = logging.getLogger(__name__)


class ExecutionRun:
    def __init__(self, arn: str, shop: Workshop, transfers: Transfers) -> None:
        self._arn = arn
        self._shop = shop
        self._records = shop.records
        self._transfers = transfers
        self._ended: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._standings: dict[str, frontier.Standing] = {}
        self.signal = Signal()

    def start(self, when_over: Callable[[str], None]) -> None:
        self._thread = threading.Thread(target=self._guarded, args=[when_over], name=f"execution-{self._arn[-12:]}")
        self._thread.daemon = True
        self._thread.start()

    def join(self) -> None:
        self._thread.join(timeout=30)

    def wake(self) -> None:
        """To look whether steps may start now."""
        self._ended.put(None)

    def _guarded(self, when_over: Callable[[str], None]) -> None:
        try:
            self._run()
        except Exception:
            # A fault of ours must not leave an execution that never ends; SageMaker calls such a thing this.
            logger.exception("Execution %s ends by an internal error", self._arn)
            self._records.change(self._arn, "Failed", INTERNAL_ERROR)
        finally:
            when_over(self._arn)

    def _run(self) -> None:
        execution, given = self._records.execution(self._arn), self._records.given(self._arn)
        definition = definition_parser.parse(given["definition"])
        if given.get("selected"):
            definition = selection.reduced(definition, given["selected"])
        values = PropertyValues(
            definition,
            execution,
            given["parameters"],
            records=self._records,
            kinds=self._shop.kinds,
            transfer=self._transfers.acting_as(execution["roleArn"]),
        )
        self._restore()
        if execution["PipelineExecutionStatus"] == "Stopping":
            self.signal.send(Interruption.STOP)
        running = self._resume(definition, execution, values)
        while True:
            if self.signal.raised is None:
                running |= self._advance(definition, execution, values, len(running))
            if not running:
                break
            name = self._ended.get()
            if name is not None:
                running.discard(name)
                self._standings[name] = _standing(self._records.step(self._arn, name) or {})
        self._close()

    def _restore(self) -> None:
        self._standings = {step["StepName"]: _standing(step) for step in self._records.steps(self._arn)}

    def _resume(self, definition: Definition, execution: Shape, values: PropertyValues) -> set[str]:
        begun = {name for name, standing in self._standings.items() if standing.status not in TERMINAL}
        for name in begun:
            self._carry_out(definition.steps[name], execution, values)
        return begun

    def _advance(self, definition: Definition, execution: Shape, values: PropertyValues, running: int) -> set[str]:
        """Starts what may start now, as far as ParallelismConfiguration lets it; returns the names."""
        # UpdatePipelineExecution may have changed it meanwhile.
        current = self._records.execution(self._arn).get("ParallelismConfiguration") or {}
        most = current.get("MaxParallelExecutionSteps")
        steps = frontier.ready(definition, self._standings)
        if most is not None:
            steps = steps[: max(0, most - running)]
        for step in steps:
            self._records.begin_step(self._arn, step)
            self._standings[step.name] = frontier.Standing("Starting")
            self._carry_out(step, execution, values)
        return {step.name for step in steps}

    def _carry_out(self, step: Step, execution: Shape, values: PropertyValues) -> None:
        def work() -> None:
            try:
                StepWork(self._shop, step, execution, values, self.signal).carry_out()
            finally:
                self._ended.put(step.name)

        threading.Thread(target=work, name=f"step-{step.name}", daemon=True).start()

    def _close(self) -> None:
        if self.signal.raised is Interruption.HALT:
            return
        statuses = {standing.status for standing in self._standings.values()}
        if self.signal.raised is Interruption.STOP:
            self._records.change(self._arn, "Stopped")
        elif statuses & {"Failed", "Stopped"}:
            self._records.change(self._arn, "Failed", STEP_FAILURE)
        else:
            self._records.change(self._arn, "Succeeded")


def _standing(step: Shape) -> frontier.Standing:
    outcome = step.get("Metadata", {}).get("Condition", {}).get("Outcome")
    return frontier.Standing(step["StepStatus"], None if outcome is None else outcome == "True")

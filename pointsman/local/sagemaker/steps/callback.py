"""Callback steps: a message with a token, and the wait for whoever takes it.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
"""

import json
import logging

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import client
from pointsman.local.sagemaker.callbacks import Callbacks
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.errors import StepFailedError
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption
from pointsman.local.sagemaker.steps import output_parameters
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store

logger = logging.getLogger(__name__)


class CallbackStep:
    def __init__(self, callbacks: Callbacks, store: Store, surroundings: Surroundings) -> None:
        self._callbacks = callbacks
        self._store = store
        self._surroundings = surroundings

    def run(self, run: StepRun) -> StepEnd:
        recorded = run.metadata.get("Callback") or self._open(run)
        token, queue = recorded["CallbackToken"], recorded["SqsQueueUrl"]
        message = {
            "token": token,
            "pipelineExecutionArn": run.execution["PipelineExecutionArn"],
            "arguments": run.resolve(run.step.arguments),
        }
        if not self._callbacks.was_sent(token):  # a crash in between sends it twice: the token is the same
            self._send(queue, {**message, "status": "Executing"}, run.role)
            self._callbacks.mark_sent(token)
        # Whoever works for the step hears of a stop, and must still answer: until then nothing stops.
        run.signal.listen(lambda raised: self._tell_of_stop(raised, queue, message, run.role))
        answer = self._callbacks.wait(token, run.signal)
        if run.signal.raised is Interruption.STOP:
            return StepEnd("Stopped")
        if answer["status"] == "Failure":
            raise StepFailedError(answer["reason"])
        values = [(each["Name"], each["Value"]) for each in answer["outputs"]]
        outputs = output_parameters.kept(values, output_parameters.declared(run.step))
        return StepEnd(metadata={"Callback": {**recorded, "OutputParameters": outputs}})

    def properties(self, metadata: Shape) -> Shape:
        return output_parameters.properties(metadata["Callback"])

    def _open(self, run: StepRun) -> Shape:
        queue = str(run.resolve(run.step.body.get("SqsQueueUrl")))
        with self._store.transaction():
            token = self._callbacks.open(run.execution["PipelineExecutionArn"])
            recorded = {"CallbackToken": token, "SqsQueueUrl": queue}
            run.record({"Callback": recorded})
        return recorded

    def _tell_of_stop(self, raised: Interruption, queue: str, message: Shape, role: str) -> None:
        if raised is Interruption.STOP:
            try:
                self._send(queue, {**message, "status": "Stopping"}, role)
            except StepFailedError as error:
                logger.warning("Nobody hears of the stop of %s: %s", message["token"], error)

    def _send(self, queue: str, message: Shape, role: str) -> None:
        try:
            client("sqs", self._surroundings.acting_as(role)).send_message(
                QueueUrl=queue, MessageBody=json.dumps(message)
            )
        except (ClientError, BotoCoreError) as error:
            raise StepFailedError(f"ClientError: Failed to invoke sqs:SendMessage. Error Details: {error}") from error

"""Lambda steps: the deployed function, asked once and waited for.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-lambda
A service that dies meanwhile asks again at its next start: Lambda has no way to hear whether it was asked.
"""

import json
import queue
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import client
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.errors import InterruptedRunError, StepFailedError
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption
from pointsman.local.sagemaker.steps import output_parameters
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun

# A step's longest; the function's own timeout ends it before.
_TIMEOUT_SECONDS = 600


class LambdaStep:
    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def run(self, run: StepRun) -> StepEnd:
        function = str(run.resolve(run.step.body.get("FunctionArn")))
        arguments = run.resolve(run.step.arguments)
        run.record({"Lambda": {"Arn": function}})
        result = self._waited_for(function, arguments, run)
        types = output_parameters.declared(run.step)
        # No output at all is fine as long as nobody refers to one.
        values = [(name, result[name]) for name in types if name in result] if isinstance(result, dict) else []
        metadata = {"Lambda": {"Arn": function, "OutputParameters": output_parameters.kept(values, types)}}
        # A function cannot be stopped: the execution stops when it has ended.
        return StepEnd("Stopped" if run.signal.raised is Interruption.STOP else "Succeeded", metadata)

    def properties(self, metadata: Shape) -> Shape:
        return output_parameters.properties(metadata["Lambda"])

    def _waited_for(self, function: str, arguments: Shape, run: StepRun) -> Any:
        """Raises StepFailedError; InterruptedRunError at once when the service halts."""
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._asked(function, arguments, run.role))
            except StepFailedError as error:
                answers.put(error)

        threading.Thread(target=ask, name=f"lambda-{run.step.name}", daemon=True).start()
        run.signal.listen(lambda raised: answers.put(raised) if raised is Interruption.HALT else None)
        answer = answers.get()
        if answer is Interruption.HALT:
            raise InterruptedRunError(run.step.name)
        if isinstance(answer, StepFailedError):
            raise answer
        return answer

    def _asked(self, function: str, arguments: Shape, role: str) -> Any:
        try:
            answer = self._client(role).invoke(FunctionName=function, Payload=json.dumps(arguments).encode())
            body = json.loads(answer["Payload"].read() or b"null")
        except (ClientError, BotoCoreError) as error:
            raise StepFailedError(f"ClientError: Failed to invoke lambda:Invoke. Error Details: {error}") from error
        except ValueError as error:
            raise StepFailedError(f"ClientError: the result of {function} is not JSON: {error}") from error
        if answer.get("FunctionError"):
            message = body.get("errorMessage", body) if isinstance(body, dict) else body
            raise StepFailedError(f"ClientError: Lambda function {function} failed: {message}")
        return body

    def _client(self, role: str) -> Any:
        # Asked once: what the step does is the function's business, and not all functions may do it twice.
        surroundings = self._surroundings.acting_as(role)
        return client("lambda", surroundings, read_timeout=_TIMEOUT_SECONDS, retries={"total_max_attempts": 1})

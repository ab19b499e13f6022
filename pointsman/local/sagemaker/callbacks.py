"""Callback steps' tokens: what was asked of somebody outside, and what they answered."""

import secrets
import string
import threading

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ConflictError, InterruptedRunError, ResourceNotFoundError
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption, Signal
from pointsman.local.sagemaker.store import Kind

_LENGTH = 10


class Callbacks:
    """In the store as `{execution, status, outputs, reason, sent}`; status is Waiting until somebody answers."""

    def __init__(self, account: Account) -> None:
        self._store = account.store
        self._answered = threading.Condition()

    def open(self, execution_arn: str) -> str:
        """A token. Joins the surrounding transaction."""
        token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_LENGTH))
        self._store.put(Kind.CALLBACK, token, {"execution": execution_arn, "status": "Waiting"})
        return token

    def mark_sent(self, token: str) -> None:
        self._store.change(Kind.CALLBACK, token, sent=True)

    def was_sent(self, token: str) -> bool:
        return bool(self._found(token).get("sent"))

    def wait(self, token: str, signal: Signal) -> Shape:
        """The answer, however late. Raises InterruptedRunError when the service halts."""
        signal.listen(lambda _: self._wake())
        with self._answered:
            self._answered.wait_for(
                lambda: self._found(token)["status"] != "Waiting" or signal.raised is Interruption.HALT
            )
        found = self._found(token)
        if found["status"] == "Waiting":
            raise InterruptedRunError(token)
        return found

    def succeed(self, request: Shape) -> Shape:
        """Operation SendPipelineExecutionStepSuccess."""
        return self._answer(request, "Success", outputs=request.get("OutputParameters") or [])

    def fail(self, request: Shape) -> Shape:
        """Operation SendPipelineExecutionStepFailure."""
        return self._answer(request, "Failure", reason=request.get("FailureReason") or "")

    def _answer(self, request: Shape, status: str, **members: object) -> Shape:
        token, client_token = request["CallbackToken"], request.get("ClientRequestToken")
        with self._store.transaction():
            found = self._found(token)
            repeated = found["status"] == status and client_token is not None and found.get("by") == client_token
            if found["status"] != "Waiting" and not repeated:
                raise ConflictError(f"The callback with token '{token}' has been answered already.")
            self._store.change(Kind.CALLBACK, token, status=status, by=client_token, **members)
        self._wake()
        return {"PipelineExecutionArn": found["execution"]}

    def _found(self, token: str) -> Shape:
        found = self._store.get(Kind.CALLBACK, token)
        if found is None:
            raise ResourceNotFoundError(f"Callback token '{token}' does not exist.")
        return found

    def _wake(self) -> None:
        with self._answered:
            self._answered.notify_all()

"""The process of one function: Lambda's Python runtime as far as a handler can tell.

Started by `workers.py` on a Python with nothing installed, so it may use the standard library alone. The parent writes
one JSON line per invocation to its standard input and reads one JSON line back; whatever the handler, or a child of
it, prints goes to standard error, which becomes the function's log.
"""

import importlib
import json
import os
import signal
import site
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TextIO

END_OF_LOG = "\x00end-of-log"


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the parent
    _end_with_parent(int(sys.argv[1]))
    requests, replies = _take_standard_streams()
    start = json.loads(requests.readline())
    _extend_path(start["code"], start["layers"])
    try:
        handler = _load(start["handler"])
    except BaseException as error:  # noqa: BLE001  an import may raise anything, and Lambda reports it
        _reply(replies, _failure(error, _init_error_type(error), start["handler"]))
        return
    _reply(replies, {"status": "ready"})
    for line in requests:
        _reply(replies, _invoke(handler, json.loads(line), start))


def _end_with_parent(parent: int) -> None:
    """A killed parent closes our input, but a handler in the middle of its work would not see that."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _take_standard_streams() -> tuple[TextIO, TextIO]:
    """Keep input and output for the parent, and give the handler an empty input and the log as output."""
    requests, replies = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)
    return requests, replies


def _extend_path(code: str, layers: list[str]) -> None:
    for layer in reversed(layers):
        python = f"{layer}/python"
        sys.path.insert(0, python)
        site.addsitedir(f"{python}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages")
    sys.path.insert(0, code)


def _load(name: str) -> Callable[[Any, Any], Any]:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), function)  # type: ignore[no-any-return]


def _invoke(handler: Callable[[Any, Any], Any], request: dict[str, Any], start: dict[str, Any]) -> dict[str, Any]:
    if request["trace_id"]:
        os.environ["_X_AMZN_TRACE_ID"] = request["trace_id"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        # Encoded here: a result that is not JSON is an error of the function.
        result = json.dumps(handler(request["event"], _context(request, start)))
    except Exception as error:  # noqa: BLE001  the handler's own
        return _failure(error, type(error).__name__)
    return {"status": "ok", "result": result}


def _context(request: dict[str, Any], start: dict[str, Any]) -> SimpleNamespace:
    deadline = time.time() + start["timeout_seconds"]
    return SimpleNamespace(
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        function_version=os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        log_group_name=os.environ["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        invoked_function_arn=request["function_arn"],
        aws_request_id=request["request_id"],
        identity=None,
        client_context=None,
        tenant_id=None,
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.time()) * 1000)),
    )


def _init_error_type(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return "Runtime.ImportModuleError"
    if isinstance(error, SyntaxError):
        return "Runtime.UserCodeSyntaxError"
    return "Runtime.HandlerNotFound" if isinstance(error, AttributeError) else type(error).__name__


def _failure(error: BaseException, error_type: str, handler: str = "") -> dict[str, Any]:
    """The error as Lambda answers it; the trace goes to the log too."""
    message = str(error)
    if error_type == "Runtime.ImportModuleError":
        message = f"Unable to import module '{handler.rpartition('.')[0]}': {message}"
    # The first frame is ours.
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    print(f"[ERROR] {error_type}: {message}\nTraceback (most recent call last):\n{''.join(frames)}", file=sys.stderr)
    return {"status": "error", "errorMessage": message, "errorType": error_type, "stackTrace": frames}


def _reply(replies: TextIO, message: dict[str, Any]) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{END_OF_LOG}\n")
    sys.stderr.flush()
    replies.write(json.dumps(message) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()

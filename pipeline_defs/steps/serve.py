"""Answer requests with a model's predictions: what an endpoint runs.

Two contracts in one file. Run as a script, it is the container's: `GET /ping` and `POST /invocations` on port 8080.
In AWS's scikit-learn image, where SAGEMAKER_PROGRAM names it, the four functions `model_fn` … `output_fn` are called.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html

A request is rows of features, in the order of `model.json`: CSV without a header, or JSON `{"instances": [[…], …]}`.
"""

import csv
import io
import json
import math
import os
import signal
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

import joblib
import numpy as np

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
PORT = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
# A container must answer on every interface of its own; run as a plain process, it should be told 127.0.0.1.
HOST = os.environ.get("BIND_TO_HOST", "0.0.0.0")  # noqa: S104
MODEL_PACKAGE_ARN = os.environ.get("MODEL_PACKAGE_ARN", "")

CSV, JSON = "text/csv", "application/json"
SHOWN_CHARACTERS = 40
PATHS = "there are GET /ping and POST /invocations"
MAX_BYTES = 25 * 2**20
"""SageMaker's own limit for a request."""


class BadRequestError(ValueError):
    """The request cannot be answered. The message is a sentence for who sent it, `status` the HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Model:
    """A fitted estimator and the columns that it was fitted on, in order."""

    estimator: Any
    features: list[str]


def model_fn(model_dir: str) -> Model:
    """The model in a folder that `train` wrote."""
    description = json.loads(Path(model_dir, "model.json").read_text(encoding="utf-8"))
    return Model(joblib.load(Path(model_dir, "model.joblib")), description["features"])


def input_fn(request_body: str | bytes, content_type: str) -> list[list[Any]]:
    """The request's rows, their cells as sent. Raises BadRequestError."""
    try:
        text = request_body if isinstance(request_body, str) else request_body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequestError("the request is not UTF-8 text") from None
    match media_type(content_type):
        case "text/csv":
            return csv_rows(text)
        case "application/json":
            return json_rows(text)
    raise BadRequestError(f"content type {content_type!r} is not supported; send {CSV} or {JSON}", 415)


def predict_fn(input_data: list[list[Any]], model: Model) -> np.ndarray:
    """One prediction per row. Raises BadRequestError that names the first row and column that are wrong."""
    if not input_data:
        raise BadRequestError("the request has no rows")
    rows = [numbers(position, cells, model.features) for position, cells in enumerate(input_data, start=1)]
    predictions: np.ndarray = model.estimator.predict(np.array(rows))
    return predictions


def output_fn(prediction: np.ndarray, accept: str) -> tuple[str, str]:
    """Predictions and their content type: CSV, one a line, where asked for; else JSON, with the version if known."""
    values = prediction.tolist()
    if media_type(accept) == CSV:
        return "".join(f"{value}\n" for value in values), CSV
    version = {"model_version": MODEL_PACKAGE_ARN.rpartition("/")[2]} if MODEL_PACKAGE_ARN else {}
    return json.dumps({"predictions": values} | version, allow_nan=False), JSON


def media_type(header: str) -> str:
    """A content type without its parameters."""
    return header.partition(";")[0].strip().lower()


def csv_rows(text: str) -> list[list[str]]:
    """Blank lines are no rows."""
    try:
        return [
            [cell.strip() for cell in cells]
            for cells in csv.reader(io.StringIO(text, newline=""), strict=True)
            if cells
        ]
    except csv.Error as error:
        raise BadRequestError(f"the request is not CSV: {error}") from None


def json_rows(text: str) -> list[list[Any]]:
    """The value of `instances`, which must be a list of lists."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the request is not JSON: {error}") from None
    rows = body.get("instances") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise BadRequestError('expected {"instances": [[…], …]}')
    for position, row in enumerate(rows, start=1):
        if not isinstance(row, list):
            raise BadRequestError(f"row {position}: expected a list of numbers")
    return rows


def numbers(position: int, cells: list[Any], features: list[str]) -> list[float]:
    """The row's values. `position` counts from 1, for the message."""
    if len(cells) != len(features):
        raise BadRequestError(
            f"row {position}: {len(cells)} values, but the model takes {len(features)}: {', '.join(features)}"
        )
    return [number(cell, f"row {position}, column {name}") for cell, name in zip(cells, features, strict=True)]


def number(cell: Any, where: str) -> float:
    """A cell's value: text of CSV, anything of JSON, where a number as text is taken too."""
    if cell is None or cell == "":
        raise BadRequestError(f"{where}: no value")
    text = cell if isinstance(cell, str) else json.dumps(cell)
    try:
        value = float(text)
    except ValueError:  # true, a list, an object
        value = math.nan
    if "_" in text or not math.isfinite(value):  # Python reads 1_000; what sent it meant something else
        shown = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
        raise BadRequestError(f"{where}: {shown!r} is not a finite number")
    return value


class Server(ThreadingHTTPServer):
    """Listens from its making on, which is why the model is there before: who is answered at all gets a 200."""

    def __init__(self, address: tuple[str, int], model: Model) -> None:
        super().__init__(address, Handler)
        self.model = model


class Handler(BaseHTTPRequestHandler):
    """One connection, which may bring several requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a kept connection waits 40 ms between the headers and the body

    def do_GET(self) -> None:
        """Whether the model can be asked."""
        if self.path == "/ping":
            self._answer(200, "text/plain", "")
        else:
            self._answer(404, "text/plain", f"{PATHS}\n")

    def do_POST(self) -> None:
        """Predictions, in the content type that the rows came in."""
        try:
            sent_as = self.headers.get("Content-Type", "")
            rows = input_fn(self._invocation(), sent_as)
            predicted, content_type = output_fn(predict_fn(rows, self.server.model), sent_as)
        except BadRequestError as error:
            self._answer(error.status, "text/plain; charset=utf-8", f"{error}\n")
        except Exception as error:
            self.close_connection = True
            self._answer(500, "text/plain; charset=utf-8", f"the model failed: {type(error).__name__}: {error}\n")
            raise  # into the log, with where it comes from
        else:
            self._answer(200, content_type, predicted)

    def _invocation(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MAX_BYTES:
            self.close_connection = True  # what follows on this connection can't be told apart from a next request
            if length.isdigit():
                raise BadRequestError(f"the request has {length} bytes; at most {MAX_BYTES} are taken", 413)
            raise BadRequestError("the request has no Content-Length", 411)
        body = self.rfile.read(int(length))
        if self.path != "/invocations":
            raise BadRequestError(PATHS, 404)
        return body

    def _answer(self, status: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Only what went wrong: SageMaker pings every five seconds."""
        if code != 200:  # noqa: PLR2004
            super().log_request(code, size)


def terminate(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- a signal handler's signature
    """Go at once: as a container's first process, nothing ends on SIGTERM unless it says so."""
    sys.exit(0)


def main() -> int:
    """Run as SageMaker does, with `serve` as the argument, which says nothing that is not known."""
    server = Server((HOST, PORT), model_fn(str(BASE / "model")))
    signal.signal(signal.SIGTERM, terminate)
    print(f"serving on port {server.server_port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

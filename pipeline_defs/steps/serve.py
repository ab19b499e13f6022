"""Answer requests with a model's predictions: what an endpoint runs.

Two contracts in one file. Run as a script, it is the container's: `GET /ping` and `POST /invocations` on port 8080.
In AWS's scikit-learn image, where SAGEMAKER_PROGRAM names it, the four functions `model_fn` … `output_fn` are called.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html

A request is rows of features, in the order of `model.json`: CSV without a header, or JSON `{"instances": [[…], …]}`.
The answer has a prediction for each, in the request's format. A number is a line, or an item of `predictions`. A class
is a line `label,probability`, or an item `{"label": …, "probability": …, "probabilities": {"…": …}}`. The probability
is, of two classes, that of the positive one, the last in `classes` of `model.json`; of more, that of the label. So
Model Monitor finds label and probability in the columns 0 and 1 of captured CSV.
"""

import csv
import io
import json
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

from request_rows import CSV, JSON, BadRequestError, media_type, numbers, rows_sent

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
PORT = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
# A container must answer on every interface of its own; run as a plain process, it should be told 127.0.0.1.
HOST = os.environ.get("BIND_TO_HOST", "0.0.0.0")  # noqa: S104
MODEL_PACKAGE_ARN = os.environ.get("MODEL_PACKAGE_ARN", "")

PATHS = "there are GET /ping and POST /invocations"
MAX_BYTES = 25 * 2**20
"""SageMaker's own limit for a request."""


@dataclass(frozen=True)
class Model:
    """A fitted estimator, the columns that it was fitted on and the classes that it tells apart, both in order.

    A regression has no classes.
    """

    estimator: Any
    features: list[str]
    classes: list[str]


@dataclass(frozen=True)
class Class:
    """The class that is predicted for a row, and how probable each is."""

    label: str
    probabilities: dict[str, float]

    @property
    def probability(self) -> float:
        """Of two classes: the positive one's. Of more: this one's."""
        binary = len(self.probabilities) == 2  # noqa: PLR2004
        return list(self.probabilities.values())[1] if binary else self.probabilities[self.label]


type Prediction = float | Class


def model_fn(model_dir: str) -> Model:
    """The model in a folder that `train` wrote."""
    description = json.loads(Path(model_dir, "model.json").read_text(encoding="utf-8"))
    estimator = joblib.load(Path(model_dir, "model.joblib"))
    return Model(estimator, description["features"], description.get("classes", []))


def input_fn(request_body: str | bytes, content_type: str) -> list[list[Any]]:
    """The request's rows, their cells as sent. Raises BadRequestError."""
    return rows_sent(request_body, content_type)


def predict_fn(input_data: list[list[Any]], model: Model) -> list[Prediction]:
    """One prediction per row. Raises BadRequestError that names the first row and column that are wrong."""
    if not input_data:
        raise BadRequestError("the request has no rows")
    rows = np.array([numbers(position, cells, model.features) for position, cells in enumerate(input_data, start=1)])
    predicted: list[Any] = model.estimator.predict(rows).tolist()
    if not model.classes:
        return predicted
    probabilities = model.estimator.predict_proba(rows).tolist()
    return [
        Class(label, dict(zip(model.classes, row, strict=True)))
        for label, row in zip(predicted, probabilities, strict=True)
    ]


def output_fn(prediction: list[Prediction], accept: str) -> tuple[str, str]:
    """Predictions and their content type: CSV, one a line, where asked for; else JSON, with the version if known."""
    if media_type(accept) == CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [value.label, value.probability] if isinstance(value, Class) else [value] for value in prediction
        )
        return text.getvalue(), CSV
    values = [
        {"label": value.label, "probability": value.probability, "probabilities": value.probabilities}
        if isinstance(value, Class)
        else value
        for value in prediction
    ]
    version = {"model_version": MODEL_PACKAGE_ARN.rpartition("/")[2]} if MODEL_PACKAGE_ARN else {}
    return json.dumps({"predictions": values} | version, allow_nan=False), JSON


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

"""What a framework image runs when SageMaker starts it with `serve`: a user's script behind /ping and /invocations.

Started as `python -P script_server.py <port file> <folder of the script> <script> <folder of the model>`. It stands for
the inference toolkit of AWS's images: `model_fn`, `input_fn`, `predict_fn`, `output_fn` or `transform_fn` of the
script, and the toolkit's own where the script has none.
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#serve-a-model
Standard library only, beside what the script brings: it runs in a container of its own.
"""

import http
import importlib
import io
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

CSV, JSON, NPY = "text/csv", "application/json", "application/x-npy"
ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


class UnsupportedFormatError(Exception):
    """Of a default function: the content type is none that it knows."""


def default_input_fn(body: bytes, content_type: str) -> Any:
    import numpy as np

    match content_type.partition(";")[0].strip().lower():
        case "application/json":
            return np.array(json.loads(body))
        case "text/csv":
            return np.genfromtxt(io.StringIO(body.decode()), delimiter=",")
        case "application/x-npy":
            return np.load(io.BytesIO(body), allow_pickle=False)
    raise UnsupportedFormatError(content_type)


def default_output_fn(prediction: Any, accept: str) -> tuple[Any, str]:
    import numpy as np

    values = np.asarray(prediction)
    match accept.partition(";")[0].strip().lower():
        case "application/json":
            return json.dumps(values.tolist()), JSON
        case "text/csv":
            rows = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
            return "".join(",".join(map(str, row)) + "\n" for row in rows.tolist()), CSV
        case "application/x-npy":
            buffer = io.BytesIO()
            np.save(buffer, values)
            return buffer.getvalue(), NPY
    raise UnsupportedFormatError(accept)


class Transformer:
    """A script and its model. One request at a time, as in each worker of the image: scripts rely on it."""

    def __init__(self, script: ModuleType, model_folder: str) -> None:
        self._input: Callable[..., Any] = getattr(script, "input_fn", default_input_fn)
        self._predict: Callable[..., Any] = getattr(script, "predict_fn", lambda data, model: model.predict(data))
        self._output: Callable[..., Any] = getattr(script, "output_fn", default_output_fn)
        self._transform: Callable[..., Any] | None = getattr(script, "transform_fn", None)
        self._lock = threading.Lock()
        self._model = script.model_fn(model_folder)

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[int, str, bytes]:
        with self._lock:
            try:
                if self._transform is not None:
                    return _response(self._transform(self._model, body, content_type, accept), accept)
                data = self._input(body, content_type)
            except UnsupportedFormatError as error:
                return 415, "text/plain", f"Content type {error} is not supported by this framework.".encode()
            predicted = self._predict(data, self._model)
            try:
                return _response(self._output(predicted, accept), accept)
            except UnsupportedFormatError as error:
                return 406, "text/plain", f"Accept {error} is not supported by this framework.".encode()


def _response(result: Any, accept: str) -> tuple[int, str, bytes]:
    body, content_type = result if isinstance(result, tuple) else (result, accept)
    return 200, content_type, body if isinstance(body, bytes) else str(body).encode()


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    transformer: Transformer


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._send(200 if self.path == "/ping" else 404, "text/plain", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            self._send(404, "text/plain", b"")
            return
        accept = self.headers.get("Accept") or "*/*"
        if accept in {"*/*", "ANY"}:
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        try:
            answer = self.server.transformer.answer(body, self.headers.get("Content-Type") or JSON, accept)
        except Exception as error:  # noqa: BLE001 -- the script's own, shown in the log as the toolkit does
            traceback.print_exc()
            answer = 500, "text/plain", str(error).encode()
        self._send(*answer)

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.headers.get(ATTRIBUTES):
            self.send_header(ATTRIBUTES, self.headers[ATTRIBUTES])
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Only what went wrong: a line for each request would be most of what CloudWatch Logs holds."""
        if code != http.HTTPStatus.OK:
            super().log_request(code, size)


def main(port_file: Path, code: str, program: str, model: str) -> None:
    sys.path.insert(0, code)
    transformer = Transformer(importlib.import_module(program.removesuffix(".py").replace("/", ".")), model)
    server = Server(("127.0.0.1", 0), Handler)
    server.transformer = transformer
    unfinished = port_file.with_suffix(".unfinished")
    unfinished.write_text(str(server.server_port))
    unfinished.replace(port_file)
    print(f"serving {program} on port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])

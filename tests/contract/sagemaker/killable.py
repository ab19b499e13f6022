"""A local SageMaker in a process of its own, to be killed: `python -m tests.contract.sagemaker.killable`."""

import contextlib
import json
import os
import subprocess
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pointsman.local.sagemaker import LocalSageMaker
from tests.contract.sagemaker.serving import Client, handler
from tests.local.instances import eventually


class Killable(Client):
    """Several lives on one directory; events are the lines of one file, in the order of delivery."""

    def __init__(self, directory: Path, s3_endpoint_url: str) -> None:
        self._directory = directory
        self._s3_endpoint_url = s3_endpoint_url
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        announced = self._directory / "endpoint"
        announced.unlink(missing_ok=True)
        self._directory.mkdir(exist_ok=True)
        self._process = subprocess.Popen([sys.executable, "-m", __name__, str(self._directory), self._s3_endpoint_url])
        self.endpoint_url = eventually(lambda: announced.read_text() if announced.exists() else "")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def details(self, kind: str) -> list[dict[str, Any]]:
        lines = (self._directory / "events").read_text().splitlines()
        return [detail for detail_type, detail in map(json.loads, lines) if kind in detail_type]


def main(directory: Path, s3_endpoint_url: str) -> None:
    def emit(detail_type: str, detail: dict[str, Any], _resources: list[str]) -> None:
        with (directory / "events").open("a") as file:
            file.write(json.dumps([detail_type, detail]) + "\n")

    service = LocalSageMaker(directory / "state", endpoint_url=s3_endpoint_url, emit=emit, shared=[directory.parent])
    service.start()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(service))
    unfinished = directory / f"endpoint-{os.getpid()}"
    unfinished.write_text(f"http://127.0.0.1:{server.server_port}")
    unfinished.rename(directory / "endpoint")
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""The serving script as an endpoint's process: what SageMaker asks of a container, over a socket."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import joblib
import pytest
from sklearn.linear_model import LinearRegression

from pipeline_defs.step_code import STEPS

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/7"


@contextmanager
def served(base: Path) -> Iterator[tuple[subprocess.Popen[str], http.client.HTTPConnection]]:
    """The process, started as a container is, and a connection to it. Port 0 takes any that is free."""
    environment = {
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": "0",
        "BIND_TO_HOST": "127.0.0.1",
        "MODEL_PACKAGE_ARN": ARN,
    }
    with subprocess.Popen(
        [sys.executable, str(STEPS / "serve.py"), "serve"],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            port = process.stdout.readline().removeprefix("serving on port ")
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
            yield process, connection
            connection.close()
        finally:
            process.kill()


def ask(
    connection: http.client.HTTPConnection, body: str | bytes, content_type: str, path: str = "/invocations"
) -> tuple[int, str, str]:
    connection.request("POST", path, body, {"Content-Type": content_type})
    answer = connection.getresponse()
    return answer.status, answer.headers["Content-Type"], answer.read().decode()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An /opt/ml whose model predicts its only feature."""
    (tmp_path / "model").mkdir()
    joblib.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), tmp_path / "model/model.joblib")
    (tmp_path / "model/model.json").write_text(json.dumps({"features": ["x"], "target": "y"}))
    return tmp_path


def test_the_container_contract(base: Path) -> None:
    with served(base) as (process, connection):
        connection.request("GET", "/ping")
        ping = connection.getresponse()
        assert (ping.status, ping.read()) == (200, b"")

        # All on one connection: an error leaves it as it was.
        assert ask(connection, "1\n2\n", "text/csv")[:2] == (200, "text/csv")
        plain = "text/plain; charset=utf-8"
        assert ask(connection, "1\nx\n", "text/csv") == (400, plain, "row 2, column x: 'x' is not a finite number\n")
        assert ask(connection, "1", "application/xml")[0] == 415
        assert ask(connection, "1", "text/csv", path="/invoke")[0] == 404
        status, content_type, body = ask(connection, '{"instances": [[1], [2]]}', "application/json")
        assert (status, content_type) == (200, "application/json")
        assert json.loads(body) == {"predictions": pytest.approx([1, 2]), "model_version": "7"}

        # A body whose end can't be known, or that is too large, is not read, and nothing is taken for a next request.
        connection.putrequest("POST", "/invocations")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        refused = connection.getresponse()
        assert (refused.status, refused.headers["Connection"]) == (411, "close")
        connection.close()
        connection.putrequest("POST", "/invocations")
        connection.putheader("Content-Length", str(2**40))
        connection.endheaders()
        assert connection.getresponse().status == 413

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_without_a_model_it_does_not_listen(tmp_path: Path) -> None:
    environment = os.environ | {"SAGEMAKER_BASE_DIR": str(tmp_path), "SAGEMAKER_BIND_TO_PORT": "0"}
    command = [sys.executable, str(STEPS / "serve.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "model.json" in done.stderr
    assert done.stdout == ""

"""Where tracing is on, X-Ray's daemon is told of each decision: over UDP, as Lambda has it listen."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pointsman.checkout import project_root

A_ROOM = """
import sys
sys.path[:0] = sys.argv[1:]
import boto3
from control_plane.telemetry import log_decision, room
from tests.samples import begun

@room
def handler(event, context):
    try:
        boto3.client("sqs", endpoint_url="http://127.0.0.1:9", region_name="us-east-1").list_queues()
    except Exception:
        pass
    log_decision(begun("d1"))
    return {}

handler({"id": "e1"}, None)
"""
TRACE = "1-67891233-abcdef012345678912345678"


def told(daemon: socket.socket) -> Iterator[Any]:
    """Parts of traces, each after a line that says its format."""
    with suppress(TimeoutError):
        while True:
            yield json.loads(daemon.recv(65536).partition(b"\n")[2])


def test_a_decision_is_part_of_the_trace_that_lambda_began() -> None:
    root = project_root()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(2)
        lambdas = {
            "TRACING": "Active",
            "LAMBDA_TASK_ROOT": str(root / "functions"),
            "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1",
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "1",
        }
        command = [sys.executable, "-c", A_ROOM, str(root / "functions"), str(root)]
        subprocess.run(command, env=os.environ | lambdas, check=True, capture_output=True, timeout=60)
        parts = {part["name"]: part for part in told(daemon)}
    assert {part["trace_id"] for part in parts.values()} == {TRACE}
    decision, entry, call = parts["## STARTED"], parts["## handler"], parts["sqs"]
    assert decision["annotations"]["correlation_id"] == "d1"
    assert decision["parent_id"] == call["parent_id"] == entry["id"]
    assert call["aws"]["operation"] == "ListQueues"

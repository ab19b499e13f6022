"""The compiled pipelines, made as `pointsman apply` makes them but in processes that have nothing of AWS."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline_defs.compile import COMPILED

CHILD = """
import json, logging, os, sys
from dataclasses import replace
from datetime import timedelta
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
sys.addaudithook(lambda event, arguments: os._exit(3) if event in NETWORK else None)
import boto3
from pipeline_defs.account import Vpc
from pipeline_defs.compile import NEUTRAL, compile_pipelines
root = logging.getLogger()
before = (boto3.DEFAULT_SESSION, root.level, root.handlers.copy())
compiled = compile_pipelines(NEUTRAL)
assert before == (boto3.DEFAULT_SESSION, root.level, root.handlers), "the SDK changed its host"
locked = replace(
    NEUTRAL,
    vpc=Vpc(subnets=("subnet-0a1b2c3d",), security_groups=("sg-0a1b2c3d",)),
    kms_key="arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    network_isolation=False,
    spot_wait=timedelta(days=1),
)
json.dump([compiled, compile_pipelines(locked)], sys.stdout)
"""


@dataclass(frozen=True)
class Compilation:
    """`locked` is for an account with a network, a key, and spot training."""

    compiled: dict[str, str]
    locked: dict[str, str]
    stderr: str


def compile_in_child(home: Path, hash_seed: int) -> Compilation:
    """Compile where there are no credentials, no configuration and, on pain of death, no network."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    environment = kept | {"HOME": str(home), "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run([sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "the network was used"
    compiled, locked = json.loads(done.stdout)
    return Compilation(compiled, locked, done.stderr)


@pytest.fixture(scope="session")
def compilation(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return compile_in_child(tmp_path_factory.mktemp("home"), hash_seed=0)


def definition(name: str) -> dict[str, Any]:
    """As the repository has it; `test_compile.py` says when that is stale."""
    found: dict[str, Any] = json.loads((COMPILED / f"{name}.json").read_text())
    return found


@pytest.fixture(scope="session")
def training() -> dict[str, Any]:
    return definition("pointsman-training")


@pytest.fixture(scope="session")
def monitoring() -> dict[str, Any]:
    return definition("pointsman-monitoring")


@pytest.fixture(scope="session")
def evaluation() -> dict[str, Any]:
    return definition("pointsman-evaluation")

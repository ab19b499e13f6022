"""The compiled pipelines, made as `pointsman apply` makes them but in processes that have nothing of AWS."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHILD = """
import json, logging, os, sys
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
sys.addaudithook(lambda event, arguments: os._exit(3) if event in NETWORK else None)
import boto3
from pipeline_defs.account import Account
from pipeline_defs.compile import compile_pipelines
root = logging.getLogger()
before = (boto3.DEFAULT_SESSION, root.level, root.handlers.copy())
compiled = compile_pipelines(Account(
    region="eu-west-1", bucket="artefacts", job_role_arn="arn:aws:iam::123456789012:role/pipelines/job",
    code_uri="s3://artefacts/code/0123/",
))
assert before == (boto3.DEFAULT_SESSION, root.level, root.handlers), "the SDK changed its host"
json.dump(compiled, sys.stdout)
"""


@dataclass(frozen=True)
class Compilation:
    stdout: str
    stderr: str

    def definition(self, pipeline: str) -> dict[str, Any]:
        definition: dict[str, Any] = json.loads(json.loads(self.stdout)[pipeline])
        return definition


def compile_in_child(home: Path, hash_seed: int) -> Compilation:
    """Compile where there are no credentials, no configuration and, on pain of death, no network."""
    environment = {"HOME": str(home), "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run([sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "the network was used"
    return Compilation(done.stdout, done.stderr)


@pytest.fixture(scope="session")
def compilation(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return compile_in_child(tmp_path_factory.mktemp("home"), hash_seed=0)


@pytest.fixture(scope="session")
def training(compilation: Compilation) -> dict[str, Any]:
    return compilation.definition("pointsman-training")


@pytest.fixture(scope="session")
def evaluation(compilation: Compilation) -> dict[str, Any]:
    return compilation.definition("pointsman-evaluation")

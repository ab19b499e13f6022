"""What the sagemaker SDK puts into containers runs here unmodified: its drivers, entry points and repacking script."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import job_cell_probe
from tests.contract.sagemaker import sdk_pipeline
from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import ROLE
from tests.contract.sagemaker.test_created_jobs import trained
from tests.local.instances import Instance, unique

# All of them name /opt/ml.
pytestmark = pytest.mark.skipif(job_cell_probe.refusal() is not None, reason=str(job_cell_probe.refusal()))


@pytest.fixture
def role(aws: Instance) -> Iterator[str]:
    from tests.contract.conftest import client_of

    client = client_of(aws, "iam")
    name = unique("sdk-role")
    yield client.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client.delete_role(RoleName=name)


def test_decorated_functions_and_framework_processors_run(
    aws: Instance, s3: Any, bucket: str, role: str, tmp_path: Path
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    command = [sys.executable, "-W", "ignore", "-m", sdk_pipeline.__name__, bucket, role, str(tmp_path)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    answer = json.loads(run.stdout.splitlines()[-1])
    assert answer == {
        "steps": {"Say": "Succeeded", "double": "Succeeded"},
        "returned": {"doubled": 6},
    }
    assert s3.get_object(Bucket=bucket, Key="said/said.txt")["Body"].read() == b"HELLO"


def test_the_sdks_repacking_script_puts_code_into_a_model(hosted: Hosted) -> None:
    """The Training step that the SDK adds where a model is registered with an entry point: script mode."""
    source = Path(sysconfig.get_paths()["purelib"], "sagemaker/mlops/workflow/_repack_model.py").read_text()
    code = hosted.put_archive("sourcedir.tar.gz", {"_repack_model.py": source, "inference.py": "SCRIPT = 1\n"})
    model = hosted.put_archive("model.tar.gz", {"model.joblib": "weights"})
    request: dict[str, Any] = {
        "TrainingJobName": unique("repack"),
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "HyperParameters": {
            "inference_script": '"inference.py"',
            "model_archive": json.dumps(model),
            "sagemaker_program": '"_repack_model.py"',
            "sagemaker_submit_directory": json.dumps(code),
        },
        "InputDataConfig": [
            {"ChannelName": "training", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": model}}}
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{hosted.bucket}/repacked"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "RoleArn": ROLE,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    hosted.sagemaker.create_training_job(**request)
    job = trained(hosted.sagemaker, request["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Completed", job
    assert hosted.unpacked(job["ModelArtifacts"]["S3ModelArtifacts"]) == {
        "code/inference.py": "SCRIPT = 1\n",
        "model.joblib": "weights",
    }

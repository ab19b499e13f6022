"""What the sagemaker SDK puts into containers runs here unmodified: its drivers, entry points and repacking script."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import job_cell_probe
from tests.contract.sagemaker import sdk_client
from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.embedded import Embedded
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import ROLE
from tests.contract.sagemaker.test_created_jobs import trained
from tests.local.instances import Instance, unique

# All of them name /opt/ml.
pytestmark = pytest.mark.skipif(job_cell_probe.refusal() is not None, reason=str(job_cell_probe.refusal()))


@pytest.fixture
def role(aws: Instance) -> str:
    """What pipelines and their jobs act as, and are held to. The SDK asks whether SageMaker may take it."""
    iam, name = aws.client("iam"), unique("sdk-role")
    taken = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [taken]}))
    allowed = {"Effect": "Allow", "Action": ["sagemaker:*", "s3:*", "iam:PassRole"], "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="jobs", PolicyDocument=json.dumps({"Statement": [allowed]}))
    return str(made["Role"]["Arn"])


def test_pipelines_versions_and_endpoints_are_the_sdks_to_make(
    embedded: Embedded, s3: Any, bucket: str, role: str, tmp_path: Path
) -> None:
    model_data = Hosted(embedded, s3, bucket).archive("sdk")
    command = [sys.executable, "-W", "ignore", "-m", sdk_client.__name__, bucket, role, model_data, str(tmp_path)]
    run = subprocess.run(command, env=embedded.environment, capture_output=True, text=True, timeout=200, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    answer = json.loads((tmp_path / "answer.json").read_text())
    steps = {"Say": "Succeeded", "double": "Succeeded"}
    assert answer["pipeline"] == {
        "pipeline": "Active",
        "execution": "Succeeded",
        "steps": steps,
        "returned": {"doubled": 6},
    }
    assert s3.get_object(Bucket=bucket, Key="said/said.txt")["Body"].read() == b"HELLO"
    assert answer["executions"] == [{"steps": steps, "defined": ["Say", "double"]}]
    assert answer["served"]["approval"] == ["Approved", "good"]
    assert answer["served"]["variants"] == [["AllTraffic", 1]]
    wanted = {"model": "sdk", "asked": {"x": 1}, "content_type": "application/json", "variant": "AllTraffic"}
    assert answer["served"]["answer"].items() >= wanted.items()


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

"""One pipeline through every step type that runs, from files in S3 to a version in the registry."""

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.calls import REQUESTS, TRAINING_JOBS
from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.costs import cost_of
from tests.contract.sagemaker.definitions import (
    compare,
    condition,
    definition,
    fail,
    get,
    join,
    json_get,
    processing,
    property_file,
    register,
    training,
)
from tests.contract.sagemaker.serving import Served
from tests.local.instances import unique

PREPARE = """
    import os, pathlib, sys
    base = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"]) / "processing"
    lines = [line for file in sorted((base / "input/data").rglob("*.csv")) for line in file.read_text().split()]
    (base / "output/train/all.csv").write_text("\\n".join(lines))
    print("prepared", len(lines), sys.argv[1])
"""
TRAIN = """
    import json, os, pathlib
    lines = (pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]) / "all.csv").read_text().split()
    rate = json.loads(os.environ["SM_HPS"])["rate"]
    mean = sum(map(float, lines)) / len(lines) * rate
    pathlib.Path(os.environ["SM_MODEL_DIR"], "model.json").write_text(json.dumps({"mean": mean}))
    print(f"mean={mean};")
"""
EVALUATE = """
    import json, os, pathlib, tarfile
    base = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"]) / "processing"
    with tarfile.open(base / "input/model/model.tar.gz") as tar:
        mean = json.load(tar.extractfile("model.json"))["mean"]
    (base / "output/report/evaluation.json").write_text(json.dumps({"metrics": [{"mean": {"value": mean}}]}))
"""


type Script = Callable[[str], str]


def lap(bucket: str, group: str, script: Script) -> str:
    outputs = {
        "train": join("/", f"s3://{bucket}/runs", get("Execution.PipelineExecutionId"), "train"),
    }
    report = join("/", f"s3://{bucket}/runs", get("Execution.PipelineExecutionId"), "report")
    mean = json_get("Evaluate", "Report", "metrics[0].mean.value")
    gate = condition(
        "Gate",
        [compare("GreaterThanOrEqualTo", mean, get("Parameters.Bar"))],
        then=[register("Register", group, get("Steps.Train.ModelArtifacts.S3ModelArtifacts"))],
        otherwise=[fail("TooLow", join(" ", "mean", mean, "is below", get("Parameters.Bar")))],
    )
    train = training(
        "Train",
        script(TRAIN),
        f"s3://{bucket}/models",
        channels={"train": get("Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri")},
        hyperparameters={"rate": "2"},
        metrics=[{"Name": "mean", "Regex": "mean=([0-9.]+);"}],
    )
    evaluate = processing(
        "Evaluate",
        script(EVALUATE),
        inputs={"model": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")},
        outputs={"report": report},
        PropertyFiles=[property_file("Report", "report", "evaluation.json")],
    )
    prepare = processing(
        "Prepare",
        script(PREPARE),
        inputs={"data": get("Parameters.Data")},
        outputs=outputs,
        arguments=[get("Parameters.Bar")],
    )
    return definition(
        [gate, evaluate, train, prepare],  # not in the order of running: real definitions aren't either
        [{"Name": "Bar", "Type": "Float", "DefaultValue": 4.5}, {"Name": "Data", "Type": "String"}],
    )


@pytest.fixture
def data(s3: Any, bucket: str) -> str:
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=f"data/part {number}.csv", Body=f"{number + 1}\n{number + 2}".encode())
    return f"s3://{bucket}/data/"


def test_data_becomes_a_registered_version(served: Served, s3: Any, bucket: str, data: str, script: Script) -> None:
    group = unique("group")
    arn = served.start_execution(lap(bucket, group, script), Data=data)

    assert served.ended(arn)["PipelineExecutionStatus"] == "Succeeded", served.reasons(arn)
    steps = served.steps(arn)
    assert list(steps) == ["Register", "Gate", "Evaluate", "Train", "Prepare"]
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}
    assert steps["Gate"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    package = served.boto3.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["MetadataProperties"] == {"GeneratedBy": arn}
    url = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    body = s3.get_object(Bucket=bucket, Key=url.removeprefix(f"s3://{bucket}/"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        model = tar.extractfile("model.json")
        assert model is not None
        assert json.load(model) == {"mean": 5.0}


def test_the_other_branch_fails_with_the_message(served: Served, bucket: str, data: str, script: Script) -> None:
    arn = served.start_execution(lap(bucket, unique("group"), script), Data=data, Bar="7")

    ended = served.ended(arn)
    assert ended["PipelineExecutionStatus"] == "Failed"
    assert ended["FailureReason"] == "Step failure: One or multiple steps failed"
    steps = served.steps(arn)
    assert "Register" not in steps
    assert steps["TooLow"]["FailureReason"] == "mean 5.0 is below 7.0"
    assert steps["TooLow"]["Metadata"] == {"Fail": {"ErrorMessage": "mean 5.0 is below 7.0"}}


def test_metrics_are_read_from_the_log_and_costs_from_the_jobs_in_as_many_requests_as_reckoned(
    served: Served, sagemaker: Any, bucket: str, data: str, script: Script
) -> None:
    group = unique("group")
    arn = served.start_execution(lap(bucket, group, script), Data=data)
    served.ended(arn)
    job = served.steps(arn)["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    described = sagemaker.describe_training_job(TrainingJobName=job)
    assert [(metric["MetricName"], metric["Value"]) for metric in described["FinalMetricDataList"]] == [("mean", 5.0)]
    assert [transition["Status"] for transition in described["SecondaryStatusTransitions"]] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed",
    ]  # fmt: skip
    billed = described["BillableTimeInSeconds"]
    assert billed >= 1

    asked: list[str] = []
    sagemaker.meta.events.register("before-call.sagemaker", lambda model, **_: asked.append(model.name))
    jobs = {use.job: use for use in SageMakerPipelines(sagemaker).jobs(arn)}
    assert set(jobs) == {"Prepare", "Train", "Evaluate"}
    assert len(asked) == REQUESTS["jobs"] - TRAINING_JOBS + len(jobs)
    asked.clear()
    assert SageMakerRegistry(sagemaker).registered_by(group, arn)
    assert len(asked) == REQUESTS["registered_by"]
    assert (jobs["Train"].seconds, jobs["Train"].instances) == (billed, 1)
    cost = cost_of(list(jobs.values()), "us-east-1")
    assert cost.usd, cost.unknown
    assert cost.usd > cost_of([jobs["Train"]], "us-east-1").usd > 0  # type: ignore[operator]

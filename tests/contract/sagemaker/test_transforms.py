"""Batch transform: CreateTransformJob, and Model and Transform steps of a pipeline."""

import gzip
import json
from typing import Any

import pytest

from tests.contract.sagemaker.definitions import IMAGE, definition, get
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import eventually, unique

# Adds up each line; says how many lines each request had in a first line of the log.
SUM = """
    def model_fn(folder):
        return None

    def input_fn(body, content_type):
        if b"bad" in body:
            raise ValueError("bad record")
        lines = body.decode().splitlines()
        print(f"{len(lines)} records of {content_type}", flush=True)
        return [sum(map(float, line.split(","))) for line in lines if line]

    def predict_fn(data, model):
        return data

    def output_fn(prediction, accept):
        return "\\n".join(map(str, prediction)) + "\\n", "text/csv"
"""


def transform_request(hosted: Hosted, model: str, **given: Any) -> dict[str, Any]:
    return {
        "TransformJobName": unique("transform"),
        "ModelName": model,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosted.bucket}/in/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
            **given.pop("source", {}),
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{hosted.bucket}/out/", "Accept": "text/csv", **given.pop("output", {}),
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **given,
    }  # fmt: skip


def transformed(hosted: Hosted, request: dict[str, Any]) -> dict[str, Any]:
    hosted.sagemaker.create_transform_job(**request)

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = hosted.sagemaker.describe_transform_job(TransformJobName=request["TransformJobName"])
        return job if job["TransformJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    return eventually(look) or {}


def put(hosted: Hosted, **objects: bytes) -> None:
    for name, body in objects.items():
        hosted.s3.put_object(Bucket=hosted.bucket, Key=f"in/{name}.csv", Body=body)


def got(hosted: Hosted, name: str) -> str:
    return str(hosted.s3.get_object(Bucket=hosted.bucket, Key=f"out/{name}.csv.out")["Body"].read().decode())


def records_sent(served: Served, request: dict[str, Any]) -> list[str]:
    log = served.directory / "jobs/transform-job" / request["TransformJobName"] / "algo-1.log"
    return [line for line in log.read_text().splitlines() if " records of " in line]


@pytest.fixture
def model(hosted: Hosted) -> str:
    return hosted.model("sum", SUM)


def test_each_object_becomes_one_with_out_behind_its_name(hosted: Hosted, served: Served, model: str) -> None:
    put(hosted, a=b"1,2\n3,4\n", **{"deep/b": b"5,6\n"})
    request = transform_request(hosted, model, Tags=[{"Key": "a", "Value": "b"}])
    job = transformed(hosted, request)
    assert job["TransformJobStatus"] == "Completed"
    assert job["ModelName"] == model
    assert job["TransformInput"] == request["TransformInput"]
    assert job["TransformStartTime"] <= job["TransformEndTime"]
    assert (got(hosted, "a"), got(hosted, "deep/b")) == ("3.0\n7.0\n", "11.0\n")
    assert records_sent(served, request) == ["2 records of text/csv", "1 records of text/csv"]
    statuses = [event["TransformJobStatus"] for event in served.details("Transform Job State Change")]
    assert statuses == ["InProgress", "Completed"]
    (listed,) = hosted.sagemaker.list_transform_jobs(NameContains="transform")["TransformJobSummaries"]
    assert listed["TransformJobArn"] == job["TransformJobArn"]


def test_a_single_record_strategy_asks_for_each(hosted: Hosted, served: Served, model: str) -> None:
    put(hosted, a=b"1,2\n3,4\n")
    request = transform_request(hosted, model, BatchStrategy="SingleRecord", output={"AssembleWith": "Line"})
    assert transformed(hosted, request)["TransformJobStatus"] == "Completed"
    assert got(hosted, "a") == "3.0\n7.0\n"
    assert records_sent(served, request) == ["1 records of text/csv"] * 2


def test_compressed_objects_are_opened(hosted: Hosted, model: str) -> None:
    put(hosted, a=gzip.compress(b"1,2\n"))
    request = transform_request(hosted, model, source={"CompressionType": "Gzip", "SplitType": "None"})
    assert transformed(hosted, request)["TransformJobStatus"] == "Completed"
    assert got(hosted, "a") == "3.0\n"


def test_predictions_are_joined_with_the_records_they_are_of(hosted: Hosted, model: str) -> None:
    put(hosted, a=b'id-1,1,2\n"id,2",3,4\n')
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    request = transform_request(hosted, model, DataProcessing=processing, output={"AssembleWith": "Line"})
    assert transformed(hosted, request)["TransformJobStatus"] == "Completed"
    assert got(hosted, "a") == 'id-1,3.0\n"id,2",7.0\n'


def test_json_records_get_the_prediction_as_a_member(hosted: Hosted) -> None:
    script = SUM.replace('sum(map(float, line.split(",")))', 'sum(__import__("json").loads(line))')
    put(hosted, a=b'{"id": 1, "features": [1, 2]}\n{"id": 2, "features": [3, 4]}\n')
    processing = {"InputFilter": "$.features", "JoinSource": "Input"}
    request = transform_request(
        hosted, hosted.model("json", script), DataProcessing=processing,
        source={"ContentType": "application/jsonlines"},
        output={"Accept": "application/jsonlines", "AssembleWith": "Line"},
    )  # fmt: skip
    assert transformed(hosted, request)["TransformJobStatus"] == "Completed"
    assert [json.loads(line) for line in got(hosted, "a").splitlines()] == [
        {"id": 1, "features": [1, 2], "SageMakerOutput": 3.0},
        {"id": 2, "features": [3, 4], "SageMakerOutput": 7.0},
    ]


def test_an_object_that_the_model_refuses_fails_the_job_and_finished_ones_are_kept(hosted: Hosted, model: str) -> None:
    put(hosted, a=b"1,2\n", b=b"bad\n", c=b"3,4\n")
    job = transformed(hosted, transform_request(hosted, model))
    assert job["TransformJobStatus"] == "Failed"
    assert "Bad HTTP status received from algorithm: 500 bad record" in job["FailureReason"]
    listed = hosted.s3.list_objects_v2(Bucket=hosted.bucket, Prefix="out/")["Contents"]
    assert [found["Key"] for found in listed] == ["out/a.csv.out"]


def test_a_model_that_does_not_load_fails_the_job(hosted: Hosted) -> None:
    put(hosted, a=b"1,2\n")
    job = transformed(hosted, transform_request(hosted, hosted.model("broken", "raise RuntimeError('broken')")))
    assert job["TransformJobStatus"] == "Failed"
    assert "did not pass the ping health check" in job["FailureReason"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ModelName": "none"}, "Could not find model"),
        ({"source": {"SplitType": "RecordIO"}}, "SplitType RecordIO is not served"),
        ({"source": {"SplitType": "None"}, "BatchStrategy": "SingleRecord"}, "needs a SplitType"),
        ({"DataProcessing": {"InputFilter": "$..x"}}, "InputFilter: cannot read"),
    ],
)
def test_what_cannot_be_transformed_is_refused(hosted: Hosted, model: str, given: dict[str, Any], words: str) -> None:
    code, message = refused(hosted.sagemaker.create_transform_job, **transform_request(hosted, model, **given))
    assert code == "ValidationException"
    assert words in message


def test_a_pipeline_creates_a_model_and_transforms_with_it(hosted: Hosted, served: Served) -> None:
    put(hosted, a=b"1,2\n")
    container = {"Image": IMAGE, "ModelDataUrl": hosted.archive("sum", SUM), "Environment": {}}
    create = {"Name": "Create", "Type": "Model", "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}}
    arguments = transform_request(hosted, "replaced")
    del arguments["TransformJobName"]
    arguments["ModelName"] = get("Steps.Create.ModelName")
    transform = {"Name": "Transform", "Type": "Transform", "Arguments": arguments}
    steps = served.run(definition([create, transform]))
    assert got(hosted, "a") == "3.0\n"
    assert ":model/pipelines-" in steps["Create"]["Metadata"]["Model"]["Arn"]
    name = steps["Transform"]["Metadata"]["TransformJob"]["Arn"].rpartition("/")[2]
    assert hosted.sagemaker.describe_transform_job(TransformJobName=name)["ModelName"].startswith("pipelines-")


def test_a_model_that_createmodel_refuses_fails_its_step(hosted: Hosted, served: Served) -> None:
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{hosted.bucket}/none/model.tar.gz"}
    create = {"Name": "Create", "Type": "Model", "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}}
    reason = served.run_to_failure(definition([create]))["Create"]
    assert reason.startswith("ClientError: Failed to invoke sagemaker:CreateModel. Error Details: ")
    assert "Could not find model data" in reason

"""CreateProcessingJob and CreateTrainingJob, without a pipeline."""

import io
import json
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.sagemaker.definitions import IMAGE, processing, training
from tests.contract.sagemaker.killable import Killable
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually, unique

type Script = Callable[[str], str]
ENDED = {"Completed", "Failed", "Stopped"}


def processing_request(code: str, **given: Any) -> dict[str, Any]:
    return {"ProcessingJobName": unique("job"), **processing("Step", code, **given)["Arguments"]}


def training_request(code: str, output: str, **given: Any) -> dict[str, Any]:
    return {"TrainingJobName": unique("job"), **training("Step", code, output, **given)["Arguments"]}


def processed(sagemaker: Any, name: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = sagemaker.describe_processing_job(ProcessingJobName=name)
        return job if job["ProcessingJobStatus"] in ENDED else None

    return eventually(look) or {}


def trained(sagemaker: Any, name: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
        return job if job["TrainingJobStatus"] in ENDED else None

    return eventually(look) or {}


def test_a_processing_job_runs_and_is_described(served: Served, s3: Any, bucket: str, script: Script) -> None:
    code = script("""
        import os, pathlib
        out = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"], "processing/output/out/x")
        out.write_text("y")
    """)
    request = processing_request(code, outputs={"out": f"s3://{bucket}/out"}, environment={"A": "b"})
    arn = served.boto3.create_processing_job(**request, Tags=[{"Key": "team", "Value": "blue"}])["ProcessingJobArn"]
    assert arn.endswith(f":processing-job/{request['ProcessingJobName']}")
    job = processed(served.boto3, request["ProcessingJobName"])
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["CreationTime"] <= job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert job["Environment"] == {"A": "b"}
    assert job["AppSpecification"] == request["AppSpecification"]
    assert s3.get_object(Bucket=bucket, Key="out/x")["Body"].read() == b"y"
    assert served.boto3.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert not served.boto3.list_pipelines()["PipelineSummaries"]


def test_each_change_of_status_is_an_event(served: Served, script: Script) -> None:
    request = processing_request(script("pass"))
    served.boto3.create_processing_job(**request)

    def statuses() -> list[str]:
        found = served.details("Processing Job State Change")
        return [detail["ProcessingJobStatus"] for detail in found]

    eventually(lambda: statuses() == ["InProgress", "Completed"])


def test_a_training_job_runs_and_is_described(served: Served, s3: Any, bucket: str, script: Script) -> None:
    code = script("""
        import os, pathlib
        pathlib.Path(os.environ["SM_MODEL_DIR"], "model").touch()
        print("loss=0.5;\\nloss=0.25;")
    """)
    metrics = [{"Name": "loss", "Regex": "loss=(.*?);"}, {"Name": "never", "Regex": "never=(.*?);"}]
    request = training_request(code, f"s3://{bucket}/models", metrics=metrics)
    served.boto3.create_training_job(
        **request | {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90}},
        EnableManagedSpotTraining=True,
    )
    job = trained(served.boto3, request["TrainingJobName"])
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed"
    assert [(metric["MetricName"], metric["Value"]) for metric in job["FinalMetricDataList"]] == [("loss", 0.25)]
    phases = [transition["Status"] for transition in job["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    artifact = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert artifact == f"s3://{bucket}/models/{request['TrainingJobName']}/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=artifact[len(bucket) + 6 :])["Body"].read())):
        assert job["EnableManagedSpotTraining"]


def test_spot_training_needs_a_longest_wait(served: Served, script: Script, bucket: str) -> None:
    request = training_request(script("pass"), f"s3://{bucket}/models") | {"EnableManagedSpotTraining": True}
    code, message = refused(served.boto3.create_training_job, **request)
    assert code == "ValidationException"
    assert "MaxWaitTimeInSeconds" in message


def test_a_jobs_name_is_its_own(served: Served, script: Script, bucket: str) -> None:
    request = processing_request(script("pass"))
    served.boto3.create_processing_job(**request)
    code, message = refused(served.boto3.create_processing_job, **request)
    assert code == "ResourceInUse"
    assert "must be unique within an AWS account and region" in message
    # Jobs of another kind have names of their own.
    name = request["ProcessingJobName"]
    served.boto3.create_training_job(**training_request(script("pass"), f"s3://{bucket}/m") | {"TrainingJobName": name})
    assert processed(served.boto3, name)["ProcessingJobStatus"] == "Completed"
    assert trained(served.boto3, name)["TrainingJobStatus"] == "Completed"


def test_what_the_service_model_forbids_is_refused_and_nothing_is_kept(served: Served, script: Script) -> None:
    request = processing_request(script("pass")) | {"ProcessingJobName": "no_underscores"}
    assert refused(served.boto3.create_processing_job, **request)[0] == "ValidationException"
    assert served.boto3.list_processing_jobs()["ProcessingJobSummaries"] == []


def test_a_failing_script_fails_the_job(served: Served, script: Script) -> None:
    request = processing_request(script("raise SystemExit(3)"))
    served.boto3.create_processing_job(**request)
    job = processed(served.boto3, request["ProcessingJobName"])
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].endswith("exit code: 3")


def test_a_job_can_be_stopped(served: Served, script: Script, tmp_path: Path) -> None:
    code = script(f"import pathlib, time; pathlib.Path({str(tmp_path / 'runs')!r}).touch(); time.sleep(600)")
    request = processing_request(code)
    served.boto3.create_processing_job(**request)
    eventually((tmp_path / "runs").exists)
    served.boto3.stop_processing_job(ProcessingJobName=request["ProcessingJobName"])
    assert processed(served.boto3, request["ProcessingJobName"])["ProcessingJobStatus"] == "Stopped"


def test_a_job_stopped_at_once_ends_stopped(served: Served, script: Script) -> None:
    request = processing_request(script("import time; time.sleep(600)"))
    served.boto3.create_processing_job(**request)
    served.boto3.stop_processing_job(ProcessingJobName=request["ProcessingJobName"])
    assert processed(served.boto3, request["ProcessingJobName"])["ProcessingJobStatus"] == "Stopped"


def test_the_stopping_condition_of_a_training_says_so(served: Served, script: Script, bucket: str) -> None:
    request = training_request(script("import time; time.sleep(600)"), f"s3://{bucket}/models")
    request["StoppingCondition"] = {"MaxRuntimeInSeconds": 1}
    served.boto3.create_training_job(**request)
    job = trained(served.boto3, request["TrainingJobName"])
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_checkpoints_come_from_s3_and_go_there_even_after_a_failure(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    code = script("""
        import os, pathlib
        folder = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"], "checkpoints")
        step = int((folder / "step").read_text()) if (folder / "step").exists() else 0
        (folder / "step").write_text(str(step + 1))
        raise SystemExit(step < 1)
    """)
    for status in ("Failed", "Completed"):
        request = training_request(code, f"s3://{bucket}/models")
        request["CheckpointConfig"] = {"S3Uri": f"s3://{bucket}/checkpoints"}
        served.boto3.create_training_job(**request)
        assert trained(served.boto3, request["TrainingJobName"])["TrainingJobStatus"] == status
    assert s3.get_object(Bucket=bucket, Key="checkpoints/step")["Body"].read() == b"2"


def test_another_version_than_the_images_is_told_in_the_log(served: Served, script: Script) -> None:
    request = processing_request(script("print('mine')"))
    request["AppSpecification"]["ImageUri"] = IMAGE.replace("1.2-1", "0.1-1")
    served.boto3.create_processing_job(**request)
    processed(served.boto3, request["ProcessingJobName"])
    log = served.directory / "jobs/processing-job" / request["ProcessingJobName"] / "algo-1.log"
    first, *_ = log.read_text().splitlines()
    assert first.startswith("[pointsman] the image has scikit-learn 0.1, this environment has ")


def test_a_killed_service_runs_the_job_again_at_its_next_start(aws: Instance, tmp_path: Path, script: Script) -> None:
    runs = tmp_path / "runs"
    code = script(f"""
        import pathlib, time
        runs = pathlib.Path({str(runs)!r})
        with runs.open("a") as file:
            file.write("run\\n")
        time.sleep(600 * (runs.read_text().count("run") == 1))
    """)
    killable = Killable(tmp_path / "killable", aws.endpoint_url)
    killable.start()
    try:
        request = processing_request(code, max_runtime=900)
        killable.boto3.create_processing_job(**request)
        eventually(runs.exists)
        killable.kill()
        killable.start()
        assert processed(killable.boto3, request["ProcessingJobName"])["ProcessingJobStatus"] == "Completed"
        assert runs.read_text().count("run") == 2
    finally:
        killable.kill()


@pytest.mark.parametrize("kind", ["processing", "training"])
def test_jobs_created_by_the_api_are_listed_with_their_times(
    served: Served, script: Script, bucket: str, kind: str
) -> None:
    if kind == "processing":
        request = processing_request(script("pass"))
        served.boto3.create_processing_job(**request)
        processed(served.boto3, request["ProcessingJobName"])
        (found,) = served.boto3.list_processing_jobs()["ProcessingJobSummaries"]
    else:
        request = training_request(script("pass"), f"s3://{bucket}/m")
        served.boto3.create_training_job(**request)
        trained(served.boto3, request["TrainingJobName"])
        (found,) = served.boto3.list_training_jobs()["TrainingJobSummaries"]
    noun = kind.capitalize()
    assert found[f"{noun}JobStatus"] == "Completed"
    assert found[f"{noun}EndTime"].timestamp() <= time.time()
    assert json.dumps(found, default=str)

"""The whole way of an endpoint that is monitored: asked, captured, analysed, merged with labels, and told about."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from control_plane.policies import DriftKind
from tests.contract.conftest import client_of
from tests.contract.sagemaker.definitions import CLUSTER
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.monitored import ANALYZER, LAST_HOUR, Monitored
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_captures import capture, captured
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually, unique

# Predicts the double of a row's amount.
DOUBLES = """
    def model_fn(folder):
        return None

    def input_fn(body, content_type):
        return [row.split(",") for row in (body if isinstance(body, str) else body.decode()).split()]

    def predict_fn(rows, model):
        return [2 * float(amount) for amount, _ in rows]

    def output_fn(predictions, accept):
        return "\\n".join(map(str, predictions)), "text/csv"
"""
ASKED = 40
INPUT = {"LocalPath": "/opt/ml/processing/input_data"}


@dataclass(frozen=True)
class Watched:
    """An endpoint that captured that it was asked for the doubles of 1000 to 1039, as `order-0` to `order-39`."""

    served: Served
    monitored: Monitored
    endpoint: str

    def completions(self, job_arn: str) -> list[dict[str, Any]]:
        """The details of the events so far that tell that the job is done."""
        told = self.served.details("Processing Job State Change")
        return [
            each for each in told if (each["ProcessingJobArn"], each["ProcessingJobStatus"]) == (job_arn, "Completed")
        ]


@pytest.fixture(scope="module")
def watched(aws: Instance, s3: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """With a time scale by which captured requests wait for a second, not for a minute."""
    bucket = unique("bucket")
    s3.create_bucket(Bucket=bucket)
    with Served.started(tmp_path_factory.mktemp("watched") / "sagemaker", aws.endpoint_url, time_scale=60) as served:
        hosted = Hosted(served, s3, bucket)
        config = hosted.config(hosted.model("doubles", DOUBLES), DataCaptureConfig=capture(hosted, "Input", "Output"))
        endpoint = hosted.endpoint(config)
        for number in range(ASKED):
            hosted.served.runtime.invoke_endpoint(
                EndpointName=endpoint, Body=f"{1000 + number},a", ContentType="text/csv", InferenceId=f"order-{number}"
            )
        eventually(lambda: sum(map(len, captured(hosted, endpoint).values())) == ASKED)
        yield Watched(served, Monitored(served, s3, bucket, ROLE), endpoint)


def baseline(monitored: Monitored, text: str, **environment: str) -> str:
    """The name of a processing job that made one of a CSV file, by the same analyzer."""
    name, data, out = unique("baseline"), "/opt/ml/processing/input", "/opt/ml/processing/output"
    source = {"S3Uri": monitored.put(f"{name}/rows.csv", text), "LocalPath": data, "S3DataType": "S3Prefix"}
    target = {"S3Uri": f"{monitored.root}/{name}/out", "LocalPath": out, "S3UploadMode": "EndOfJob"}
    told = {"dataset_source": data, "output_path": out, "dataset_format": json.dumps({"csv": {"header": True}})}
    monitored.sagemaker.create_processing_job(
        ProcessingJobName=name,
        ProcessingResources=CLUSTER,
        AppSpecification={"ImageUri": ANALYZER},
        RoleArn=ROLE,
        ProcessingInputs=[{"InputName": "rows", "S3Input": {**source, "S3InputMode": "File"}}],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "result", "S3Output": target}]},
        Environment={**told, **environment},
    )

    def look() -> str | None:
        job = monitored.sagemaker.describe_processing_job(ProcessingJobName=name)
        assert "FailureReason" not in job, job
        return name if job["ProcessingJobStatus"] == "Completed" else None

    return eventually(look) or ""


def metric_names(aws: Instance, kind: str, endpoint: str, schedule: str) -> set[str]:
    dimensions = [{"Name": "Endpoint", "Value": endpoint}, {"Name": "MonitoringSchedule", "Value": schedule}]
    found = client_of(aws, "cloudwatch").list_metrics(
        Namespace=f"aws/sagemaker/Endpoints/{kind}-metrics", Dimensions=dimensions
    )
    return {metric["MetricName"] for metric in found["Metrics"]}


def test_data_that_is_not_the_baselines_is_told_of(watched: Watched, aws: Instance) -> None:
    monitored, endpoint = watched.monitored, watched.endpoint
    rows = [f"{2 * number},{number},a" for number in range(200)]
    made = baseline(monitored, "\n".join(["prediction,amount,kind", *rows]))
    name = monitored.defined(
        DataQualityBaselineConfig={"BaseliningJobName": made},
        DataQualityJobInput={"EndpointInput": {"EndpointName": endpoint, **INPUT}},
    )
    config = monitored.config(LAST_HOUR, MonitoringJobDefinitionName=name, MonitoringType="DataQuality")
    schedule = monitored.scheduled(config)
    run = monitored.ended(schedule)
    assert (run["MonitoringExecutionStatus"], run["EndpointName"]) == ("CompletedWithViolations", endpoint), run
    assert run["MonitoringJobDefinitionName"] == name

    job, at = monitored.job(run), run["ScheduledTime"]
    reports = f"{monitored.root}/reports/{endpoint}/{schedule}/{at:%Y/%m/%d/%H}"
    assert job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] == reports
    violations = monitored.document(f"{reports}/constraint_violations.json")["violations"]
    assert {"prediction", "amount"} <= {violation["feature_name"] for violation in violations}
    statistics = monitored.document(f"{reports}/statistics.json")
    assert statistics["dataset"]["item_count"] == ASKED
    assert {feature["name"] for feature in monitored.document(f"{reports}/constraints.json")["features"]} == {
        "prediction", "amount", "kind",
    }  # fmt: skip
    assert "feature_baseline_drift_amount" in metric_names(aws, "data", endpoint, schedule)

    recognised = SageMakerMonitors(watched.served.boto3).describe(run["ProcessingJobArn"])
    assert recognised is not None
    assert (recognised.schedule, recognised.endpoint) == (schedule, endpoint)
    assert recognised.found_violations
    (told,) = eventually(lambda: watched.completions(run["ProcessingJobArn"]))
    assert told["AppSpecification"]["ImageUri"] == ANALYZER
    listed = monitored.sagemaker.list_monitoring_executions(EndpointName=endpoint)["MonitoringExecutionSummaries"]
    assert listed == [run]

    refusal = refused(monitored.sagemaker.delete_endpoint, EndpointName=endpoint)
    assert (refusal[0], "monitoring-schedule/" in refusal[1]) == ("ValidationException", True)


def test_predictions_that_do_not_come_true_are_told_of(watched: Watched, aws: Instance) -> None:
    monitored, endpoint = watched.monitored, watched.endpoint
    rows = [f"{2 * number},{2 * number + number % 2}" for number in range(100)]
    kind = {"analysis_type": "MODEL_QUALITY", "problem_type": "Regression"}
    attributes = {"inference_attribute": "prediction", "ground_truth_attribute": "label"}
    made = baseline(monitored, "\n".join(["prediction,label", *rows]), **kind, **attributes)
    labels = [
        {
            "groundTruthData": {"data": str(number), "encoding": "CSV"},
            "eventMetadata": {"eventId": f"order-{number}"},
            "eventVersion": "0",
        }
        for number in range(20)
    ]
    monitored.put(f"labels/{datetime.now(UTC):%Y/%m/%d/%H}/labels.jsonl", "\n".join(map(json.dumps, labels)))
    given = monitored.definition()
    name = unique("Quality")
    monitored.sagemaker.create_model_quality_job_definition(
        JobDefinitionName=name,
        ModelQualityBaselineConfig={"BaseliningJobName": made},
        ModelQualityAppSpecification={"ImageUri": ANALYZER, "ProblemType": "Regression"},
        ModelQualityJobInput={
            "EndpointInput": {"EndpointName": endpoint, "InferenceAttribute": "0", **INPUT},
            "GroundTruthS3Input": {"S3Uri": f"{monitored.root}/labels"},
        },
        ModelQualityJobOutputConfig=given["DataQualityJobOutputConfig"],
        JobResources=CLUSTER,
        RoleArn=ROLE,
    )
    config = monitored.config(LAST_HOUR, MonitoringJobDefinitionName=name, MonitoringType="ModelQuality")
    schedule = monitored.scheduled(config)
    run = monitored.ended(schedule)
    assert run["MonitoringExecutionStatus"] == "CompletedWithViolations", run
    job = monitored.job(run)
    reports = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    assert monitored.document(f"{reports}/statistics.json")["dataset"]["item_count"] == 20
    violations = monitored.document(f"{reports}/constraint_violations.json")["violations"]
    assert "mae" in {violation["metric_name"] for violation in violations}
    assert "mae" in metric_names(aws, "model", endpoint, schedule)

    merge_arn = run["ProcessingJobArn"].replace("model-quality-monitoring", "groundtruth-merge")
    (merge,) = eventually(lambda: watched.completions(merge_arn))
    assert merge["AppSpecification"]["ImageUri"].endswith("/sagemaker-model-monitor-groundtruth-merger")
    monitors = SageMakerMonitors(watched.served.boto3)
    assert monitors.describe(merge["ProcessingJobArn"]) is None
    recognised = monitors.describe(run["ProcessingJobArn"])
    assert recognised is not None
    assert (recognised.kind, recognised.found_violations) == (DriftKind.MODEL_QUALITY, True)

"""The monitoring pipeline's definition against what SageMaker accepts, and its job against what `on_drift` reads."""

import re
from typing import Any

import pytest

from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name
from tests.unit.pipeline_defs.service_model import problems

STARTED_WITH = {
    "ModelPackageGroup": "diabetes",
    "DecisionKey": "d" * 64,
    "Dataset": "s3://captured/diabetes-prod/AllTraffic/2026/11/21/",
    "BaselineStatistics": "s3://artifacts/pipelines/pointsman-training/run/Baseline/baseline/statistics.json",
    "BaselineConstraints": "s3://artifacts/pipelines/pointsman-training/run/Baseline/baseline/constraints.json",
    "ReportUri": "s3://artifacts/monitoring/diabetes/2026-11-21",
}


@pytest.fixture
def request_of_analyze(monitoring: dict[str, Any]) -> dict[str, Any]:
    references = parameters(monitoring, **STARTED_WITH, MonitoringScheduleName="diabetes-batch")
    request: dict[str, Any] = resolved(steps_by_name(monitoring)["Analyze"]["Arguments"], references)
    return request


def test_its_one_job_is_a_request_that_botocore_accepts(request_of_analyze: dict[str, Any]) -> None:
    assert problems("CreateProcessingJob", request_of_analyze | {"ProcessingJobName": "job"}) == []


def test_parameters_that_must_be_given_and_every_one_is_used(monitoring: dict[str, Any]) -> None:
    required = {item["Name"] for item in monitoring["Parameters"] if "DefaultValue" not in item}
    assert required == set(STARTED_WITH)
    assert {item["Name"] for item in monitoring["Parameters"]} == set(
        re.findall(r"'Parameters\.(\w+)'", str(monitoring))
    )


def test_a_report_at_a_place_of_its_own_is_never_taken_from_the_cache(
    monitoring: dict[str, Any], request_of_analyze: dict[str, Any]
) -> None:
    assert "CacheConfig" not in steps_by_name(monitoring)["Analyze"]
    (output,) = request_of_analyze["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == STARTED_WITH["ReportUri"]


def test_it_is_told_where_its_inputs_are(request_of_analyze: dict[str, Any]) -> None:
    """A file is downloaded under its own name, below the folder of its input."""
    environment = request_of_analyze["Environment"]
    for name in ("statistics", "constraints"):
        (source,) = [item for item in request_of_analyze["ProcessingInputs"] if item["InputName"] == name]
        file = source["S3Input"]["S3Uri"].rpartition("/")[2]
        assert environment[f"baseline_{name}"] == f"{source['S3Input']['LocalPath']}/{file}"
    assert environment["sagemaker_monitoring_schedule_name"] == "diabetes-batch"

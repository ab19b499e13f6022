"""QualityCheck steps: baselines calculated, chosen and compared with; what is not computed here, refused."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.sagemaker.definitions import CLUSTER, IMAGE, definition, fail, get, join
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import ROLE, Served
from tests.local.instances import unique

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"


def rows(shift: float = 0.0, kinds: str = "ab") -> bytes:
    draw = random.Random(7)  # noqa: S311
    lines = [f"{draw.random() + shift},{draw.randint(1, 9)},{draw.choice(kinds)}" for _ in range(200)]
    return "\n".join(["amount,count,kind", *lines]).encode()


def quality_check(bucket: str, data: str, output: str, kind: str = "DATA_QUALITY", **body: Any) -> dict[str, Any]:
    local = "/opt/ml/processing/input/baseline_dataset_input"
    arguments = {
        "ProcessingResources": CLUSTER,
        "AppSpecification": {"ImageUri": ANALYZER},
        "RoleArn": ROLE,
        "ProcessingInputs": [
            {
                "InputName": "baseline_dataset_input", "AppManaged": False,
                "S3Input": {"S3Uri": f"s3://{bucket}/{data}", "LocalPath": local, "S3DataType": "S3Prefix",
                            "S3InputMode": "File", "S3DataDistributionType": "FullyReplicated"},
            }
        ],
        "ProcessingOutputConfig": {"Outputs": [
            {
                "OutputName": "quality_check_output", "AppManaged": False,
                "S3Output": {"S3Uri": f"s3://{bucket}/{output}", "LocalPath": "/opt/ml/processing/output",
                             "S3UploadMode": "EndOfJob"},
            }
        ]},
        "Environment": {
            "output_path": "/opt/ml/processing/output", "publish_cloudwatch_metrics": "Disabled",
            "dataset_format": json.dumps({"csv": {"header": True, "output_columns_position": "START"}}),
            "dataset_source": local,
        },
    }  # fmt: skip
    settings = {"SkipCheck": False, "RegisterNewBaseline": False, "FailOnViolation": True, **body}
    return {"Name": "Check", "Type": "QualityCheck", "CheckType": kind, "Arguments": arguments, **settings}


@pytest.fixture
def document(s3: Any, bucket: str) -> Callable[[str], dict[str, Any]]:
    def read(uri: str) -> dict[str, Any]:
        found: dict[str, Any] = json.load(s3.get_object(Bucket=bucket, Key=uri.removeprefix(f"s3://{bucket}/"))["Body"])
        return found

    return read


@pytest.fixture
def baseline(served: Served, s3: Any, bucket: str) -> dict[str, Any]:
    """The metadata of a check that made one."""
    s3.put_object(Bucket=bucket, Key="good/a.csv", Body=rows())
    step = quality_check(bucket, "good", "baseline", SkipCheck=True, RegisterNewBaseline=True)
    metadata: dict[str, Any] = served.run(definition([step]))["Check"]["Metadata"]["QualityCheck"]
    return metadata


def supplied(baseline: dict[str, Any]) -> dict[str, Any]:
    return {f"SuppliedBaseline{name}": baseline[f"CalculatedBaseline{name}"] for name in ("Statistics", "Constraints")}


def test_a_first_run_makes_the_baseline(
    baseline: dict[str, Any], bucket: str, document: Callable[[str], dict[str, Any]]
) -> None:
    assert baseline["CalculatedBaselineStatistics"] == f"s3://{bucket}/baseline/statistics.json"
    assert baseline["BaselineUsedForDriftCheckConstraints"] == baseline["CalculatedBaselineConstraints"]
    statistics = document(baseline["CalculatedBaselineStatistics"])
    assert statistics["dataset"]["item_count"] == 200
    amount, count, kind = statistics["features"]
    assert (amount["inferred_type"], count["inferred_type"], kind["inferred_type"]) == (
        "Fractional", "Integral", "String",
    )  # fmt: skip
    assert amount["numerical_statistics"]["common"] == {"num_present": 200, "num_missing": 0}
    assert 0.4 < amount["numerical_statistics"]["mean"] < 0.6
    assert kind["string_statistics"]["distinct_count"] == 2
    constraints = document(baseline["CalculatedBaselineConstraints"])
    assert constraints["features"][0]["num_constraints"] == {"is_non_negative": True}
    assert constraints["features"][2]["string_constraints"] == {"domains": ["a", "b"]}
    assert constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] == 0.1


def test_data_like_the_baselines_passes(served: Served, s3: Any, bucket: str, baseline: dict[str, Any]) -> None:
    s3.put_object(Bucket=bucket, Key="same/a.csv", Body=rows())
    step = quality_check(bucket, "same", "checked", **supplied(baseline))
    metadata = served.run(definition([step]))["Check"]["Metadata"]["QualityCheck"]
    assert "ViolationReport" not in metadata
    assert metadata["CalculatedBaselineStatistics"] == f"s3://{bucket}/checked/statistics.json"
    assert metadata["BaselineUsedForDriftCheckStatistics"] == baseline["CalculatedBaselineStatistics"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (rows(shift=0.5), {("amount", "baseline_drift_check")}),
        (rows(kinds="abc"), {("kind", "categorical_values_check"), ("kind", "baseline_drift_check")}),
        (rows().replace(b"kind", b"other"), {("kind", "missing_column_check"), ("other", "extra_column_check")}),
        (rows() + b"\n,3,a", {("amount", "completeness_check")}),
        (rows() + b"\nmuch,3,a", {("amount", "data_type_check")}),
        (rows() + b"\n-0.01,3,a", {("amount", "non_negative_check")}),
    ],
)
def test_a_violation_fails_the_step_and_is_reported(  # noqa: PLR0917 -- fixtures
    served: Served, s3: Any, bucket: str, baseline: dict[str, Any], document: Callable[[str], dict[str, Any]],
    data: bytes, expected: set[tuple[str, str]],
) -> None:  # fmt: skip
    s3.put_object(Bucket=bucket, Key="new/a.csv", Body=data)
    arn = served.start_execution(definition([quality_check(bucket, "new", "checked", **supplied(baseline))]))
    assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    step = served.steps(arn)["Check"]
    assert step["FailureReason"] == "ClientError: Quality check failed. See violation report"
    report = document(step["Metadata"]["QualityCheck"]["ViolationReport"])
    found = {(each["feature_name"], each["constraint_check_type"]) for each in report["violations"]}
    assert found == expected


def test_a_violation_may_be_let_pass(served: Served, s3: Any, bucket: str, baseline: dict[str, Any]) -> None:
    s3.put_object(Bucket=bucket, Key="new/a.csv", Body=rows(shift=0.5))
    step = quality_check(bucket, "new", "checked", FailOnViolation=False, **supplied(baseline))
    steps = served.run(definition([step]))
    assert steps["Check"]["Metadata"]["QualityCheck"]["ViolationReport"].endswith("constraint_violations.json")


def test_the_latest_approved_versions_baseline_is_used(
    served: Served, hosted: Hosted, bucket: str, baseline: dict[str, Any]
) -> None:
    group = unique("group")
    hosted.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    metrics = {
        name: {"ContentType": "application/json", "S3Uri": baseline[f"CalculatedBaseline{name}"]}
        for name in ("Statistics", "Constraints")
    }
    hosted.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        DriftCheckBaselines={"ModelDataQuality": metrics},
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": hosted.archive("m")}],
            "SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"],
        },
    )  # fmt: skip
    step = quality_check(bucket, "good", "checked", ModelPackageGroupName=group)
    told = fail("Tell", join(" ", "used", get("Steps.Check.BaselineUsedForDriftCheckStatistics")))
    reasons = served.run_to_failure(definition([step, told]))
    assert reasons == {"Tell": f"used {baseline['CalculatedBaselineStatistics']}"}


def test_without_any_baseline_there_is_nothing_to_check(served: Served, bucket: str) -> None:
    step = quality_check(bucket, "good", "checked", ModelPackageGroupName="none")
    assert "no baseline to check against" in served.run_to_failure(definition([step]))["Check"]


def model_check(bucket: str, data: str, output: str, **body: Any) -> dict[str, Any]:
    """With the environment that the SDK compiles of a ModelQualityCheckConfig."""
    step = quality_check(bucket, data, output, kind="MODEL_QUALITY", **body)
    step["Arguments"]["Environment"] |= {
        "analysis_type": "MODEL_QUALITY", "problem_type": "BinaryClassification", "probability_attribute": "p",
        "probability_threshold_attribute": "0.5", "ground_truth_attribute": "label",
    }  # fmt: skip
    return step


def test_a_models_quality_is_measured_and_held_to_its_baseline(
    served: Served, s3: Any, bucket: str, document: Callable[[str], dict[str, Any]]
) -> None:
    s3.put_object(Bucket=bucket, Key="right/a.csv", Body=b"label,p\n0,0.1\n1,0.9\n0,0.4\n1,0.6\n")
    s3.put_object(Bucket=bucket, Key="wrong/a.csv", Body=b"label,p\n0,0.1\n1,0.2\n0,0.4\n1,0.6\n")
    first = model_check(bucket, "right", "baseline", SkipCheck=True, RegisterNewBaseline=True)
    metadata = served.run(definition([first]))["Check"]["Metadata"]["QualityCheck"]
    statistics = document(metadata["CalculatedBaselineStatistics"])["binary_classification_metrics"]
    assert (statistics["auc"]["value"], statistics["confusion_matrix"]["1"]) == (1.0, {"0": 0, "1": 2})
    again = model_check(bucket, "wrong", "checked", FailOnViolation=False, **supplied(metadata))
    report = document(served.run(definition([again]))["Check"]["Metadata"]["QualityCheck"]["ViolationReport"])
    assert {
        "constraint_check_type": "LessThanThreshold",
        "description": "Metric recall with 0.5 was LessThanThreshold 1.0",
        "metric_name": "recall",
    } in report["violations"]


def test_what_is_wrong_with_the_data_is_the_jobs_exit_message(served: Served, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="bad/a.csv", Body=b"label,p\n0,0.1\n1,often\n")
    step = model_check(bucket, "bad", "checked", SkipCheck=True)
    arn = served.start_execution(definition([step]))
    assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    job = served.steps(arn)["Check"]["Metadata"]["QualityCheck"]["CheckJobArn"].rpartition("/")[2]
    told = served.boto3.describe_processing_job(ProcessingJobName=job)["ExitMessage"]
    assert told == "a.csv, line 3: column p: 'often' is not a finite number"


def test_what_is_not_computed_here_is_refused_by_name(served: Served) -> None:
    clarify = {"Name": "Bias", "Type": "ClarifyCheck", "CheckType": "DATA_BIAS", "Arguments": {}}
    assert "ClarifyCheck" in served.run_to_failure(definition([clarify]))["Bias"]

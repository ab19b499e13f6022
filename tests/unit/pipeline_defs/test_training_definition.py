"""The training pipeline's definition against what SageMaker accepts, as far as botocore knows it."""

import re
from typing import Any

import pytest

from pipeline_defs.step_code import NO_CHAMPION
from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name
from tests.unit.pipeline_defs.service_model import problems

REQUESTS = {
    "Prepare": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Train": ("CreateTrainingJob", {"TrainingJobName": "job"}),
    "Baseline": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Evaluate": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "QualityBaseline": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Register": ("CreateModelPackage", {}),
}

STARTED_WITH = {
    "ModelPackageGroup": "diabetes",
    "DataManifest": "s3://artefacts/manifests/diabetes/" + "f" * 64 + ".json",
    "DataFingerprint": "f" * 64,
    "DecisionKey": "d" * 64,
    "MetricBar": 65.0,
}


def references(training: dict[str, Any], **given: Any) -> dict[str, Any]:
    steps = {
        "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri": "s3://artefacts/train",
        "Steps.Prepare.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri": "s3://artefacts/test",
        "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri": "s3://artefacts/evaluation",
        "Steps.Evaluate.ProcessingOutputConfig.Outputs['predictions'].S3Output.S3Uri": "s3://artefacts/predictions",
        "Steps.Evaluate.ProcessingOutputConfig.Outputs['sample'].S3Output.S3Uri": "s3://artefacts/sample",
        "Steps.QualityBaseline.ProcessingOutputConfig.Outputs['baseline'].S3Output.S3Uri": "s3://artefacts/quality",
        "Steps.Baseline.ProcessingOutputConfig.Outputs['baseline'].S3Output.S3Uri": "s3://artefacts/baseline",
        "Steps.Train.ModelArtifacts.S3ModelArtifacts": "s3://artefacts/model.tar.gz",
        "Execution.PipelineExecutionId": "abcdef123456",
    }
    return parameters(training, **STARTED_WITH | given) | steps


@pytest.mark.parametrize("name", REQUESTS)
def test_arguments_are_a_request_that_botocore_accepts(training: dict[str, Any], name: str) -> None:
    operation, job_name = REQUESTS[name]
    request = resolved(steps_by_name(training)[name]["Arguments"], references(training)) | job_name
    assert problems(operation, request) == []


def test_steps_and_their_order(training: dict[str, Any]) -> None:
    assert [step["Name"] for step in training["Steps"]] == ["Prepare", "Baseline", "Train", "Evaluate", "Gate"]
    gate = steps_by_name(training)["Gate"]["Arguments"]
    assert [step["Name"] for step in gate["IfSteps"]] == ["QualityBaseline", "Register"]
    assert [step["Name"] for step in gate["ElseSteps"]] == ["NotGoodEnough"]


def test_parameters_that_must_be_given(training: dict[str, Any]) -> None:
    required = {item["Name"] for item in training["Parameters"] if "DefaultValue" not in item}
    assert required == set(STARTED_WITH)


def test_every_parameter_is_used(training: dict[str, Any]) -> None:
    assert {item["Name"] for item in training["Parameters"]} == set(re.findall(r"'Parameters\.(\w+)'", str(training)))


@pytest.mark.parametrize("name", ["Prepare", "Baseline", "Train", "Evaluate", "QualityBaseline"])
def test_every_job_is_cached_bounded_retried_and_isolated(training: dict[str, Any], name: str) -> None:
    step = steps_by_name(training)[name]
    arguments = step["Arguments"]
    assert step["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}
    assert arguments["StoppingCondition"]["MaxRuntimeInSeconds"] > 0
    assert (arguments | arguments.get("NetworkConfig", {}))["EnableNetworkIsolation"] is True
    retried = {error for policy in step["RetryPolicies"] for error in policy["ExceptionType"]}
    assert {"Step.THROTTLING", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"} <= retried


def test_every_job_says_whose_it_is_where_and_by_which_code(training: dict[str, Any]) -> None:
    for name in ("Prepare", "Baseline", "Train", "Evaluate", "QualityBaseline"):
        request = resolved(steps_by_name(training)[name]["Arguments"], references(training))
        assert {tag["Key"]: tag["Value"] for tag in request["Tags"]} == {
            "pointsman:model": STARTED_WITH["ModelPackageGroup"],
            "pointsman:decision": STARTED_WITH["DecisionKey"],
            "pointsman:environment": "prod",
            "pointsman:commit": "commit",
        }


def test_a_champion_is_measured_beside_the_new_version_and_without_one_a_file_says_so(training: dict[str, Any]) -> None:
    def champion(**given: str) -> str:
        evaluate = resolved(steps_by_name(training)["Evaluate"]["Arguments"], references(training, **given))
        inputs = {item["InputName"]: item["S3Input"]["S3Uri"] for item in evaluate["ProcessingInputs"]}
        return str(inputs["champion"])

    assert champion() == f"s3://artifacts/code/fingerprint/{NO_CHAMPION}"
    assert champion(ChampionModelDataUrl="s3://artefacts/model.tar.gz") == "s3://artefacts/model.tar.gz"


def test_data_is_exactly_what_the_manifest_names(training: dict[str, Any]) -> None:
    [data] = [
        item["S3Input"]
        for item in steps_by_name(training)["Prepare"]["Arguments"]["ProcessingInputs"]
        if item["InputName"] == "data"
    ]
    assert data["S3DataType"] == "ManifestFile"
    assert data["S3Uri"] == {"Get": "Parameters.DataManifest"}


def test_the_package_records_where_it_comes_from(training: dict[str, Any]) -> None:
    package = resolved(steps_by_name(training)["Register"]["Arguments"], references(training))
    assert package["CustomerMetadataProperties"] == {
        **{name: STARTED_WITH[name] for name in ("DataManifest", "DataFingerprint", "DecisionKey")},
        "ChampionPackageArn": "none",
        "GitCommit": "commit",
    }
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"] == "s3://artefacts/evaluation/evaluation.json"


def test_the_package_has_a_request_to_test_its_endpoint_by(training: dict[str, Any]) -> None:
    package = resolved(steps_by_name(training)["Register"]["Arguments"], references(training))
    assert package["SamplePayloadUrl"] == "s3://artefacts/sample/sample.tar.gz"


def test_the_evaluation_set_is_the_monitoring_set(training: dict[str, Any]) -> None:
    baseline = resolved(steps_by_name(training)["Baseline"]["Arguments"], references(training))
    assert baseline["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://artefacts/test"
    package = resolved(steps_by_name(training)["Register"]["Arguments"], references(training))
    assert package["ModelMetrics"]["ModelDataQuality"] == package["DriftCheckBaselines"]["ModelDataQuality"]
    assert package["DriftCheckBaselines"] == {
        monitored: {
            member: {"ContentType": "application/json", "S3Uri": f"s3://artefacts/{folder}/{member.lower()}.json"}
            for member in ("Statistics", "Constraints")
        }
        for monitored, folder in {"ModelDataQuality": "baseline", "ModelQuality": "quality"}.items()
    }


def test_the_package_says_what_serves_it(training: dict[str, Any]) -> None:
    package = resolved(steps_by_name(training)["Register"]["Arguments"], references(training))
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["Environment"] == {
        "SAGEMAKER_PROGRAM": "serve.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }

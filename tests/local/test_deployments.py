"""From an approval to the endpoint's answers, and back: by SageMaker's events, and by ticks alone."""

from typing import Any

from control_plane.records import DeployRequest
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, Stack
from tests.local.test_evaluate_first import changed
from tests.samples import archive

ENDPOINT = "diabetes-prod"


def test_approvals_reach_the_endpoint_one_at_a_time_and_a_rejection_goes_back_1_5_6(told: Stack) -> None:
    told.apply(deployment__endpoint=ENDPOINT)
    first, second = two_versions(told)
    told.judge(first)
    eventually(lambda: told.model.deploying, within=LAP_SECONDS)
    told.judge(second)
    eventually(lambda: told.champion() == second, within=LAP_SECONDS)
    assert told.served_version(ENDPOINT) == "2"
    assert ends(told) == ["CHAMPION_CHANGED", "CHAMPION_CHANGED"]
    waited = told.outcome("DEPLOYING", naming=second)
    assert "is under way" in waited.because
    assert waited.then == f"{ENDPOINT} has settled"

    sagemaker = told.environment.sagemaker
    sagemaker.update_model_package(ModelPackageArn=second, CustomerMetadataProperties={"reviewed": "yes"})
    told.judge(second, "Rejected")
    eventually(lambda: told.champion() == first, within=LAP_SECONDS)
    assert told.served_version(ENDPOINT) == "1"
    assert ends(told) == ["CHAMPION_CHANGED", "CHAMPION_CHANGED", "ROLLED_BACK"]
    assert told.model.deploying is None
    assert told.model.pending_deployment is None


def test_a_version_that_fails_its_ping_leaves_the_champion_serving_5(told: Stack) -> None:
    told.apply(deployment__endpoint=ENDPOINT)
    first, second = two_versions(told)
    told.crown(first)
    break_artefact(told, second)
    told.judge(second)
    noticed = told.outcome("DEPLOYMENT_ROLLED_BACK")
    assert "SageMaker rolled the update back" in noticed.because
    assert told.champion() == first
    assert told.served_version(ENDPOINT) == "1"
    assert told.model.deploying is None


def test_each_champion_is_tested_and_watched_with_its_own_baseline_and_the_oldest_is_collected(stack: Stack) -> None:
    labels = {"prefix": "diabetes/labels/", "problem_type": "Regression"}
    monitor: Any = {"monitor__kind": "model-monitor", "monitor__labels": labels, "deployment__capture": "100%"}
    stack.apply(deployment__endpoint=ENDPOINT, deployment__keep=2, **monitor)
    stack.land()
    stack.ended(1)
    (first,) = stack.packages()
    versions = [first, another_version(stack, first, 2), another_version(stack, first, 3)]
    for version in versions:
        stack.judge(version)
        assert "answered its sample payload with 200" in stack.outcome("CHAMPION_CHANGED", naming=version).because
        stack.outcome("WATCHED", naming=version)
        assert baseline_in_use(stack) == constraints_of(stack, version)
    collected = stack.outcome("COLLECTED")
    made = [request.config for request in deployments(stack)]
    assert made[0] in collected.because
    sagemaker = stack.environment.sagemaker
    configs = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert {each["EndpointConfigName"] for each in configs} == set(made[1:])
    assert len(sagemaker.list_models()["Models"]) == 2
    assert len(sagemaker.list_data_quality_job_definitions()["JobDefinitionSummaries"]) == 1

    stack.apply(deployment__endpoint=ENDPOINT, deployment__keep=2)
    stack.outcome("UNWATCHED")
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert sagemaker.list_data_quality_job_definitions()["JobDefinitionSummaries"] == []


def test_a_version_that_fails_its_own_sample_makes_way_for_the_champion_5(stack: Stack) -> None:
    stack.apply(deployment__endpoint=ENDPOINT)
    first, second = two_versions(stack)
    stack.crown(first)
    assert "answered its sample payload with 200" in stack.outcome("CHAMPION_CHANGED", naming=first).because
    spoil_sample(stack, second)
    stack.judge(second)
    failed = stack.outcome("SMOKE_TEST_FAILED", naming=second)
    assert "answered its own sample payload with 500" in failed.because
    stack.outcome("ROLLED_BACK", naming=first)
    assert (stack.champion(), stack.served_version(ENDPOINT)) == (first, "1")
    assert stack.model.deploying is None


def test_a_person_asks_for_a_version_and_for_the_one_before(stack: Stack) -> None:
    stack.apply(deployment__endpoint=ENDPOINT)
    first, second = two_versions(stack)
    stack.crown(first)
    stack.crown(second)
    stack.send("Rollback Requested", why="slow on Fridays", actor="ada")
    eventually(lambda: stack.champion() == first, within=LAP_SECONDS)
    stack.send("Deployment Requested", package_arn=second, why="it was the network", actor="ada")
    eventually(lambda: stack.champion() == second, within=LAP_SECONDS)
    assert stack.served_version(ENDPOINT) == "2"


def two_versions(stack: Stack) -> tuple[str, str]:
    stack.land()
    stack.ended(1)
    stack.land(changed(1))
    stack.ended(2)
    first, second = stack.packages()
    return first, second


def ends(stack: Stack) -> list[str]:
    """How deployments ended, oldest first."""
    found = [item.outcome for item in reversed(stack.decisions()) if item.id.endswith("-end")]
    return [str(outcome) for outcome in found]


def another_version(stack: Stack, like: str, number: int) -> str:
    """The same again, with a baseline of its own."""
    sagemaker, s3 = stack.environment.sagemaker, stack.environment.s3
    package: Any = sagemaker.describe_model_package(ModelPackageName=like)
    copied = ("ModelPackageGroupName", "InferenceSpecification", "SamplePayloadUrl", "Domain", "Task")
    bucket, _, key = constraints_of(stack, like).removeprefix("s3://").partition("/")
    own = f"pipelines/by-hand/{number}/constraints.json"
    s3.copy_object(Bucket=bucket, Key=own, CopySource={"Bucket": bucket, "Key": key})
    baseline: Any = {"Constraints": {"ContentType": "application/json", "S3Uri": f"s3://{bucket}/{own}"}}
    made = sagemaker.create_model_package(
        **{name: package[name] for name in copied},
        DriftCheckBaselines={"ModelDataQuality": baseline},
        ModelApprovalStatus="PendingManualApproval",
    )
    return str(made["ModelPackageArn"])


def constraints_of(stack: Stack, arn: str) -> str:
    package = stack.environment.sagemaker.describe_model_package(ModelPackageName=arn)
    return str(package["DriftCheckBaselines"]["ModelDataQuality"]["Constraints"]["S3Uri"])


def baseline_in_use(stack: Stack) -> str:
    """Of what the endpoint's only monitoring schedule of data runs."""
    sagemaker = stack.environment.sagemaker
    (schedule,) = sagemaker.list_monitoring_schedules(EndpointName=ENDPOINT, MonitoringTypeEquals="DataQuality")[
        "MonitoringScheduleSummaries"
    ]
    name = schedule["MonitoringJobDefinitionName"]
    definition = sagemaker.describe_data_quality_job_definition(JobDefinitionName=name)
    return str(definition["DataQualityBaselineConfig"]["ConstraintsResource"]["S3Uri"])


def deployments(stack: Stack) -> list[DeployRequest]:
    """What was asked for, oldest first."""
    return [known.request for known in reversed(stack.environment.ledger.deployments("diabetes"))]


def spoil_sample(stack: Stack, arn: str) -> None:
    """What was registered as a request that the version answers isn't one."""
    package = stack.environment.sagemaker.describe_model_package(ModelPackageName=arn)
    bucket, _, key = package["SamplePayloadUrl"].removeprefix("s3://").partition("/")
    stack.environment.s3.put_object(Bucket=bucket, Key=key, Body=archive(b"not,numbers\n"))


def break_artefact(stack: Stack, arn: str) -> None:
    """What was registered can't be served: its archive is no archive any more."""
    package = stack.environment.sagemaker.describe_model_package(ModelPackageName=arn)
    bucket, _, key = (
        package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].removeprefix("s3://").partition("/")
    )
    stack.environment.s3.put_object(Bucket=bucket, Key=key, Body=b"not an archive")

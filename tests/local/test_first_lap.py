"""Data lands, training runs, a version waits for approval: the deployed template, by its public APIs."""

import json
from pathlib import Path

import pytest

from control_plane.costs import JobUse, cost_of
from pipeline_defs.sample_data import diabetes_objects
from pointsman import executions
from pointsman.local import deployment
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, PREFIX, Stack


def test_every_event_twice_is_one_run_and_the_same_data_again_is_none(stack: Stack) -> None:
    stack.deliver_twice()

    stack.land()
    (first,) = stack.ended(1)
    assert first.status == "Succeeded"

    settle(stack)
    repeated = len(stack.decisions())
    stack.land()
    eventually(lambda: len(stack.decisions()) > repeated, within=LAP_SECONDS)
    settle(stack)

    assert stack.executions() == 1
    assert stack.outcomes()[0] == "STARTED"
    assert set(stack.outcomes()[1:]) == {"SKIPPED_SAME_DATA"}

    changed = diabetes_objects()["part-00.csv"].splitlines(keepends=True)
    stack.land({"part-00.csv": b"".join(changed[:-1])})
    first, second = stack.ended(2)
    settle(stack)
    assert stack.executions() == 2
    assert first.fingerprint != second.fingerprint
    assert [package.rpartition("/")[2] for package in stack.packages()] == ["1", "2"]


def test_the_version_says_where_it_comes_from(stack: Stack) -> None:
    stack.land()
    (run,) = stack.ended(1)

    (arn,) = stack.packages()
    package = stack.environment.sagemaker.describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["MetadataProperties"]["GeneratedBy"] == run.arn
    assert package["CustomerMetadataProperties"]["DecisionKey"] == run.decision
    assert package["CustomerMetadataProperties"]["DataFingerprint"] == run.fingerprint
    found = executions.package_of(stack.environment, executions.execution(stack.environment, run.arn))
    assert found
    assert 40 < found.metrics["rmse"] < 65

    steps = executions.execution(stack.environment, run.arn).steps
    training = next(step.resource for step in steps if step.kind == "TrainingJob")
    job = stack.environment.sagemaker.describe_training_job(TrainingJobName=str(training).rpartition("/")[2])
    trained = cost_of([JobUse("Train", "ml.m5.xlarge", 1, job["BillableTimeInSeconds"])], "us-east-1")
    assert run.cost
    assert run.cost.usd
    assert trained.usd
    assert trained.usd < run.cost.usd < 0.1, "the training and two processing jobs"

    manifest = stack.environment.s3.get_object(
        Bucket=stack.environment.output("ArtifactBucket"), Key=f"manifests/diabetes/{run.fingerprint}/objects.json"
    )
    listed = json.loads(manifest["Body"].read())["objects"]
    assert [item["key"] for item in listed] == [f"{PREFIX}{name}" for name in sorted(diabetes_objects())]
    assert all(item["version_id"] for item in listed)


def test_a_killed_training_ends_in_the_same_place(stack: Stack) -> None:
    stack.land()
    eventually(lambda: "Train" in executing_steps(stack), within=LAP_SECONDS)

    stack.instance.kill()
    stack.start_again()

    (run,) = stack.ended(1)
    assert run.status == "Succeeded"
    assert len(stack.packages()) == 1
    settle(stack)
    assert stack.executions() == 1
    assert stack.model.slot is None


def test_a_bad_file_fails_its_step_and_the_next_good_window_trains(stack: Stack) -> None:
    header, first, *rest = diabetes_objects()["part-07.csv"].splitlines(keepends=True)
    stack.land({**diabetes_objects(), "part-07.csv": b"".join([header, first.replace(b",", b",abc", 1), *rest])})

    (run,) = stack.ended(1)
    assert run.status == "Failed"
    assert run.failure
    assert "diabetes/training/part-07.csv, line 2" in run.failure
    assert "'abc" in run.failure
    assert stack.packages() == []

    stack.land({"part-07.csv": diabetes_objects()["part-07.csv"]})
    _, good = stack.ended(2)
    assert good.status == "Succeeded"
    assert len(stack.packages()) == 1


def test_a_key_of_no_model_is_on_record(stack: Stack) -> None:
    stack.land({"a b+c%20d.csv": b"1"}, under="nobody/", complete=False)
    (decision,) = eventually(stack.decisions)
    assert decision.outcome == "SKIPPED_NO_MODEL"
    assert decision.model is None
    assert "nobody/a b+c%20d.csv" in decision.because
    assert stack.executions() == 0


@pytest.mark.usefixtures("built")
def test_what_is_deployed_is_functions_and_what_they_require() -> None:
    folder = deployment.built("OnTick")
    ours = {path.name for path in Path("functions").iterdir() if path.name != "__pycache__"}
    required = {
        line.partition("==")[0].replace("-", "_") for line in (folder / "requirements.txt").read_text().splitlines()
    }
    metadata = {path.name for path in folder.glob("*.dist-info")}
    assert ours <= {path.name for path in folder.iterdir()}
    assert {name.partition("-")[0] for name in metadata} <= required
    assert not (folder / "sagemaker").exists()
    assert not (folder / "pointsman").exists()


def settle(stack: Stack) -> None:
    """Close the window that late deliveries may have opened, without waiting for its quiet period, and let it end."""
    stack.land({}, complete=True)
    eventually(stack.quiet, within=LAP_SECONDS)


def executing_steps(stack: Stack) -> list[str]:
    sagemaker = stack.environment.sagemaker
    executions = sagemaker.list_pipeline_executions(PipelineName="pointsman-training")["PipelineExecutionSummaries"]
    return [
        step["StepName"]
        for execution in executions
        for step in sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution["PipelineExecutionArn"])[
            "PipelineExecutionSteps"
        ]
        if step["StepStatus"] == "Executing"
    ]

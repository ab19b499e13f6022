"""Executions stopped, retried and changed; how much runs at once; versions of a pipeline.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html and its siblings
"""

import time
from itertools import pairwise
from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.definitions import condition, definition, fail, get, processing
from tests.contract.sagemaker.test_wire import refused

SLOW = "import time; time.sleep(600)"
# Succeeds once its input says so.
OBEDIENT = """
    import sys
    sys.exit(0 if (BASE / "processing/input/order/order").read_text() == "go" else 1)
"""


def obedient(account: Account, name: str, **step: Any) -> tuple[dict[str, Any], str]:
    """A step that fails until "go" is put under the key."""
    key = f"orders/{time.monotonic_ns()}/order"
    return processing(name, account.script(OBEDIENT), inputs={"order": account.put(key, "no")}, **step), key


def status(account: Account, arn: str) -> str:
    return str(account.boto3.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"])


def test_a_retry_goes_on_with_what_has_not_succeeded(account: Account) -> None:
    broken, key = obedient(account, "Broken", DependsOn=["Done"])
    done = processing("Done", account.script(""))
    arn = account.start_execution(definition([done, broken, condition("After", [], DependsOn=["Broken"])]))
    assert account.ended(arn)["PipelineExecutionStatus"] == "Failed"
    before = account.steps(arn)
    account.put(key, "go")
    assert account.boto3.retry_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionArn"] == arn
    ended = account.ended(arn)
    steps = account.steps(arn)
    assert (ended["PipelineExecutionStatus"], "FailureReason" in ended) == ("Succeeded", False)
    assert {name: step["StepStatus"] for name, step in steps.items()} == dict.fromkeys(
        ("Done", "Broken", "After"), "Succeeded"
    )
    assert steps["Done"]["Metadata"] == before["Done"]["Metadata"]
    assert steps["Broken"]["Metadata"] != before["Broken"]["Metadata"]


def test_a_retry_may_fail_again(account: Account) -> None:
    arn = account.start_execution(definition([processing("Broken", account.script("raise SystemExit(1)"))]))
    account.ended(arn)
    account.boto3.retry_pipeline_execution(PipelineExecutionArn=arn)
    assert account.ended(arn)["PipelineExecutionStatus"] == "Failed"


def test_a_retry_repeated_with_its_token_happens_once(account: Account) -> None:
    broken, key = obedient(account, "Broken")
    arn = account.start_execution(definition([broken]))
    account.ended(arn)
    account.put(key, "go")
    token = "r" * 32 + str(time.monotonic_ns())
    for _ in range(2):
        account.boto3.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)
    assert account.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    account.boto3.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)
    assert status(account, arn) == "Succeeded"


def test_a_succeeded_execution_is_not_retried(account: Account) -> None:
    arn = account.start_execution(definition([condition("Only", [])]))
    account.ended(arn)
    assert refused(account.boto3.retry_pipeline_execution, PipelineExecutionArn=arn)[0] == "ValidationException"


def test_an_execution_that_a_fail_step_ended_is_not_retried(account: Account) -> None:
    arn = account.start_execution(definition([fail("Stop")]))
    account.ended(arn)
    assert refused(account.boto3.retry_pipeline_execution, PipelineExecutionArn=arn)[0] == "ValidationException"


def test_a_stop_ends_the_running_step_and_starts_no_other(account: Account) -> None:
    later = condition("Later", [], DependsOn=["Slow"])
    arn = account.start_execution(definition([processing("Slow", account.script(SLOW)), later]))
    account.until(lambda: account.steps(arn).get("Slow", {}).get("StepStatus") == "Executing")
    account.boto3.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert account.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert {name: step["StepStatus"] for name, step in account.steps(arn).items()} == {"Slow": "Stopped"}


def test_a_stopped_execution_is_retried(account: Account) -> None:
    waits = account.script(f"if (BASE / 'processing/input/order/order').read_text() != 'go':\n    {SLOW}")
    key = f"orders/{time.monotonic_ns()}/order"
    arn = account.start_execution(definition([processing("Slow", waits, inputs={"order": account.put(key, "no")})]))
    account.until(lambda: account.steps(arn).get("Slow", {}).get("StepStatus") == "Executing")
    account.boto3.stop_pipeline_execution(PipelineExecutionArn=arn)
    account.ended(arn)
    account.put(key, "go")
    account.boto3.retry_pipeline_execution(PipelineExecutionArn=arn)
    assert account.ended(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_only_an_executing_execution_is_stopped(account: Account) -> None:
    arn = account.start_execution(definition([fail("Stop")]))
    account.ended(arn)
    code, message = refused(account.boto3.stop_pipeline_execution, PipelineExecutionArn=arn)
    assert code == "ValidationException"
    assert message.startswith("Only pipelines with 'Executing' status can be stopped")


@pytest.mark.parametrize("where", ["pipeline", "start"])
def test_no_more_steps_run_at_once_than_allowed(account: Account, where: str) -> None:
    code = account.script("import time; time.sleep(0.3)")
    one = {"ParallelismConfiguration": {"MaxParallelExecutionSteps": 1}}
    many = {"ParallelismConfiguration": {"MaxParallelExecutionSteps": 5}}
    steps = definition([processing(name, code) for name in "ABC"])
    name = account.create(steps, **(one if where == "pipeline" else many))
    given = {} if where == "pipeline" else one
    arn = account.boto3.start_pipeline_execution(PipelineName=name, **given)["PipelineExecutionArn"]
    assert account.ended(arn)["ParallelismConfiguration"] == one["ParallelismConfiguration"]
    spans = sorted((step["StartTime"], step["EndTime"]) for step in account.steps(arn).values())
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_changed_parallelism_holds_at_once(account: Account) -> None:
    slow = account.script(SLOW)
    steps = definition([processing(name, slow) for name in "AB"])
    name = account.create(steps, ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    arn = account.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    account.until(lambda: len(account.steps(arn)) == 1)
    account.boto3.update_pipeline_execution(
        PipelineExecutionArn=arn, ParallelismConfiguration={"MaxParallelExecutionSteps": 2}
    )
    account.until(lambda: len(account.steps(arn)) == 2)
    account.boto3.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert account.ended(arn)["PipelineExecutionStatus"] == "Stopped"


def test_versions_are_listed_described_named_and_started(account: Account) -> None:
    client = account.boto3
    name = account.create(definition([fail("Say", "one")]))
    arn = client.describe_pipeline(PipelineName=name)["PipelineArn"]
    update = client.update_pipeline(PipelineName=name, PipelineDefinition=definition([fail("Say", "two")]))
    assert update["PipelineVersionId"] == 2
    named = client.update_pipeline_version(PipelineArn=arn, PipelineVersionId=1, PipelineVersionDisplayName="first")
    assert (named["PipelineArn"], named["PipelineVersionId"]) == (arn, 1)
    execution = client.start_pipeline_execution(PipelineName=name, PipelineVersionId=1)["PipelineExecutionArn"]
    assert account.ended(execution)["PipelineVersionId"] == 1
    assert account.reasons(execution) == {"Say": "one"}
    listed = {
        v["PipelineVersionId"]: v for v in client.list_pipeline_versions(PipelineName=name)["PipelineVersionSummaries"]
    }
    assert set(listed) == {1, 2}
    assert listed[1]["PipelineVersionDisplayName"] == "first"
    assert listed[1]["LastExecutionPipelineExecutionArn"] == execution
    assert "LastExecutionPipelineExecutionArn" not in listed[2]
    described = client.describe_pipeline(PipelineName=name, PipelineVersionId=1)
    assert described["PipelineVersionDisplayName"] == "first"
    assert "one" in described["PipelineDefinition"]


def test_a_running_execution_keeps_the_definition_it_was_started_with(account: Account) -> None:
    name = account.create(definition([fail("Say", get("Execution.PipelineName"))]))
    arn = account.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    account.boto3.update_pipeline(PipelineName=name, PipelineDefinition=definition([fail("Say", "new")]))
    account.ended(arn)
    assert account.reasons(arn) == {"Say": name}

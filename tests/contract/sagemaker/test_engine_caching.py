"""Step caching.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html and the pages below it
"""

from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.definitions import definition, fail, get, join, processing, training

ON = {"Enabled": True, "ExpireAfter": "P30D"}


def executed(account: Account, name: str, **parameters: str) -> str:
    given = [{"Name": key, "Value": value} for key, value in parameters.items()]
    arn: str = account.boto3.start_pipeline_execution(PipelineName=name, PipelineParameters=given)[
        "PipelineExecutionArn"
    ]
    account.ended(arn)
    return arn


def source(account: Account, arn: str, step: str = "Step") -> str | None:
    """The execution from whose cache a step was taken."""
    found: str | None = account.steps(arn)[step].get("CacheHitResult", {}).get("SourcePipelineExecutionArn")
    return found


def text(name: str) -> dict[str, Any]:
    return {"Name": name, "Type": "String", "DefaultValue": "a"}


@pytest.fixture(scope="module")
def nothing(account: Account) -> str:
    return account.script("")


def test_an_unchanged_step_is_taken_from_the_run_before(account: Account, nothing: str) -> None:
    name = account.create(definition([processing("Step", nothing, outputs={"o": account.uri("o")}, CacheConfig=ON)]))
    first, second = executed(account, name), executed(account, name)
    assert source(account, first) is None
    assert source(account, second) == first
    steps = account.steps(first)["Step"], account.steps(second)["Step"]
    assert steps[1]["StepStatus"] == "Succeeded"
    assert steps[1]["Metadata"] == steps[0]["Metadata"]


def test_the_source_stays_the_execution_that_ran_the_step(account: Account, nothing: str) -> None:
    name = account.create(definition([processing("Step", nothing, CacheConfig=ON)]))
    first, _, third = (executed(account, name) for _ in range(3))
    assert source(account, third) == first


def test_training_steps_are_cached_too(account: Account) -> None:
    code = account.script('(BASE / "model/m").write_text("m")')
    name = account.create(definition([training("Step", code, account.uri("m"), CacheConfig=ON)]))
    first = executed(account, name)
    assert source(account, executed(account, name)) == first


@pytest.mark.parametrize("config", [None, {"Enabled": False, "ExpireAfter": "P30D"}])
def test_caching_is_off_unless_it_is_turned_on(account: Account, nothing: str, config: Any) -> None:
    step = processing("Step", nothing, **({} if config is None else {"CacheConfig": config}))
    name = account.create(definition([step]))
    executed(account, name)
    assert source(account, executed(account, name)) is None


@pytest.mark.parametrize("written", ["30d", "p30d", "P30D", "PT1H", "T12H", "T16m", "30dT5h", "5y"])
def test_the_timeout_is_written_in_many_ways(account: Account, nothing: str, written: str) -> None:
    config = {"Enabled": True, "ExpireAfter": written}
    name = account.create(definition([processing("Step", nothing, CacheConfig=config)]))
    assert executed(account, name)


def test_a_changed_environment_runs_the_step_again(account: Account, nothing: str) -> None:
    step = processing("Step", nothing, environment={"V": get("Parameters.V")}, CacheConfig=ON)
    name = account.create(definition([step], [text("V")]))
    first = executed(account, name)
    assert source(account, executed(account, name, V="b")) is None
    assert source(account, executed(account, name)) == first


def test_a_changed_output_is_no_change(account: Account, nothing: str) -> None:
    output = join("/", account.uri("o"), get("Execution.PipelineExecutionId"))
    name = account.create(definition([processing("Step", nothing, outputs={"o": output}, CacheConfig=ON)]))
    first = executed(account, name)
    assert source(account, executed(account, name)) == first


def test_what_refers_to_a_cached_step_gets_the_earlier_runs_output(account: Account, nothing: str) -> None:
    output = join("/", account.uri("o"), get("Execution.PipelineExecutionId"))
    step = processing("Step", nothing, outputs={"o": output}, CacheConfig=ON)
    say = fail("Say", get("Steps.Step.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri"))
    name = account.create(definition([step, say]))
    first, second = executed(account, name), executed(account, name)
    assert source(account, second) == first
    assert account.reasons(second)["Say"] == account.reasons(first)["Say"]
    assert account.reasons(second)["Say"].endswith(first.rpartition("/")[2])


def test_an_update_of_the_pipeline_keeps_what_is_cached(account: Account, nothing: str) -> None:
    steps = [processing("Step", nothing, CacheConfig=ON)]
    name = account.create(definition(steps))
    first = executed(account, name)
    more = processing("More", nothing)
    account.boto3.update_pipeline(PipelineName=name, PipelineDefinition=account.own(definition([*steps, more])))
    second = executed(account, name)
    assert (source(account, second), source(account, second, "More")) == (first, None)


def test_a_failed_step_is_not_taken(account: Account) -> None:
    code = account.script("raise SystemExit(1)")
    name = account.create(definition([processing("Step", code, CacheConfig=ON)]))
    executed(account, name)
    second = executed(account, name)
    assert (source(account, second), account.steps(second)["Step"]["StepStatus"]) == (None, "Failed")


def test_a_step_that_succeeded_in_a_failed_execution_is_taken(account: Account, nothing: str) -> None:
    name = account.create(
        definition([processing("Step", nothing, CacheConfig=ON), fail("Stop", get("Steps.Step.ProcessingJobStatus"))])
    )
    first = executed(account, name)
    assert source(account, executed(account, name)) == first


def test_another_pipelines_results_are_not_taken(account: Account, nothing: str) -> None:
    step = processing("Step", nothing, CacheConfig=ON)
    executed(account, account.create(definition([step])))
    assert source(account, executed(account, account.create(definition([step])))) is None

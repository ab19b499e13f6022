"""Which steps run: conditions, branches, dependencies, failures.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-condition, #step-type-fail
"""

from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.definitions import compare, condition, definition, fail, get, join, processing
from tests.contract.sagemaker.test_wire import refused

TRUE, FALSE = compare("Equals", 1, 1), compare("Equals", 1, 2)


def negated(inner: Any) -> dict[str, Any]:
    return {"Type": "Not", "Condition": inner}


def either(*inner: Any) -> dict[str, Any]:
    return {"Type": "Or", "Conditions": list(inner)}


def member(query: Any, *values: Any) -> dict[str, Any]:
    return {"Type": "In", "QueryValue": query, "Values": list(values)}


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ([compare("Equals", "a", "a")], True),
        ([compare("Equals", 6, 6.0)], True),
        ([compare("GreaterThan", 2, 1)], True),
        ([compare("GreaterThan", 1, 1)], False),
        ([compare("GreaterThanOrEqualTo", 1, 1)], True),
        ([compare("LessThan", 0.5, 1)], True),
        ([compare("LessThan", 1, 1)], False),
        ([compare("LessThanOrEqualTo", 1.5, 1)], False),
        ([compare("GreaterThan", "1", "3")], False),
        ([compare("GreaterThan", "1", "0")], True),
        ([member("a", "b", "a")], True),
        ([member(3, 1, 2)], False),
        ([negated(member("a", "b"))], True),
        ([either(FALSE, TRUE)], True),
        ([either(FALSE, FALSE)], False),
        ([TRUE, TRUE], True),
        ([TRUE, FALSE], False),
        ([negated(either(FALSE, negated(TRUE))), either(negated(FALSE))], True),
    ],
)
def test_conditions_hold_as_documented(account: Account, conditions: list[Any], *, outcome: bool) -> None:
    gate = condition("Gate", conditions, then=[condition("Then", [TRUE])], otherwise=[condition("Else", [TRUE])])
    steps = account.run(definition([gate]))
    assert steps["Gate"]["Metadata"] == {"Condition": {"Outcome": str(outcome)}}
    assert set(steps) == {"Gate", "Then" if outcome else "Else"}


@pytest.mark.parametrize(("threshold", "taken"), [("10", "Good"), ("1", "Bad")])
def test_a_parameter_decides_the_branch(account: Account, threshold: str, taken: str) -> None:
    limit = [{"Name": "Limit", "Type": "Float", "DefaultValue": 5.0}]
    gate = condition(
        "Gate", [compare("LessThanOrEqualTo", 2.5, get("Parameters.Limit"))],
        then=[condition("Good", [TRUE])], otherwise=[condition("Bad", [TRUE])],
    )  # fmt: skip
    assert set(account.run(definition([gate], limit), Limit=threshold)) == {"Gate", taken}


def test_conditions_nest(account: Account) -> None:
    inner = condition("Inner", [FALSE], then=[fail("Never")], otherwise=[condition("Innermost", [TRUE])])
    steps = account.run(definition([condition("Outer", [TRUE], then=[inner], otherwise=[fail("NorThis")])]))
    assert set(steps) == {"Outer", "Inner", "Innermost"}


def test_a_step_that_depends_on_a_condition_waits_for_its_evaluation(account: Account) -> None:
    steps = account.run(definition([condition("After", [TRUE], DependsOn=["Gate"]), condition("Gate", [FALSE])]))
    assert set(steps) == {"Gate", "After"}
    assert steps["Gate"]["EndTime"] <= steps["After"]["StartTime"]


def test_the_outcome_of_a_condition_can_be_referred_to(account: Account) -> None:
    steps = [condition("Gate", [FALSE]), fail("Say", join(" ", "it is", get("Steps.Gate.Outcome")))]
    assert account.run_to_failure(definition(steps))["Say"] == "it is false"


def test_what_depends_on_a_branch_not_taken_does_not_run(account: Account) -> None:
    gate = condition("Gate", [TRUE], otherwise=[condition("Never", [TRUE])])
    assert set(account.run(definition([gate, condition("Waits", [TRUE], DependsOn=["Never"])]))) == {"Gate"}


def test_values_that_cannot_be_compared_fail_the_step(account: Account) -> None:
    assert "Gate" in account.run_to_failure(definition([condition("Gate", [compare("GreaterThan", "a", 1)])]))


@pytest.mark.parametrize(
    ("message", "reason"),
    [("plain", "plain"), (join(" ", "mse", 2.5), "mse 2.5"), (get("Execution.PipelineName"), None)],
)
def test_a_fail_step_gives_its_message_as_the_reason(account: Account, message: Any, reason: str | None) -> None:
    name = account.create(definition([fail("Stop", message)]))
    arn = account.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    ended = account.ended(arn)
    assert (ended["PipelineExecutionStatus"], account.reasons(arn)["Stop"]) == ("Failed", reason or name)
    assert ended["FailureReason"] == "Step failure: One or multiple steps failed"
    assert account.steps(arn)["Stop"]["Metadata"] == {"Fail": {"ErrorMessage": reason or name}}


def test_what_depends_on_a_failed_step_does_not_run(account: Account) -> None:
    broken = processing("Broken", account.script("raise SystemExit(3)"))
    arn = account.start_execution(definition([broken, condition("After", [TRUE], DependsOn=["Broken"])]))
    assert account.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert set(account.steps(arn)) == {"Broken"}


def test_a_failing_script_is_an_algorithm_error_with_its_exit_code(account: Account) -> None:
    reasons = account.run_to_failure(definition([processing("Broken", account.script("raise SystemExit(3)"))]))
    assert reasons["Broken"].startswith("ClientError: AlgorithmError")
    assert "exit code: 3" in reasons["Broken"]


def test_a_failing_script_is_in_no_class_that_is_retried(account: Account) -> None:
    policies = [{"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR", "Step.SERVICE_FAULT"], "MaxAttempts": 2}]
    broken = processing("Broken", account.script("raise SystemExit(3)"), RetryPolicies=policies)
    arn = account.start_execution(definition([broken]))
    account.ended(arn)
    assert account.steps(arn)["Broken"]["AttemptCount"] == 1


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ([condition("A", [TRUE], DependsOn=["Gone"])], "Gone"),
        ([condition("A", [TRUE], DependsOn=["F"]), fail("F")], "F"),
        ([condition("A", [TRUE], DependsOn=["B"]), condition("B", [TRUE], DependsOn=["A"])], "A"),
        ([condition("A", [compare("Equals", get("Steps.Gone.X"), 1)])], "Gone"),
        ([condition("A", [compare("Equals", get("Parameters.Gone"), 1)])], "Gone"),
        ([condition("A", [{"Type": "Not", "Expression": TRUE}])], "unknown property 'Expression'"),
        ([condition("A", [{"Type": "Nearly", "LeftValue": 1, "RightValue": 1}])], "Nearly"),
        ([condition("A", [TRUE], then=[fail("Twice")], otherwise=[fail("Twice")])], "Twice"),
        ([condition("A", [TRUE], then=[fail("Twice")]), fail("Twice")], "Twice"),
        ([{"Name": "A", "Type": "Dance", "Arguments": {}}], "Dance"),
    ],
)
def test_a_definition_that_cannot_run_is_refused_and_not_stored(account: Account, steps: list[Any], named: str) -> None:
    name = account.create(definition([fail("F")]))
    before = account.boto3.describe_pipeline(PipelineName=name)["PipelineDefinition"]
    for call, request in (
        (account.boto3.update_pipeline, {"PipelineName": name}),
        (account.boto3.create_pipeline, {"PipelineName": f"{name}-2", "RoleArn": account.role}),
    ):
        code, message = refused(call, PipelineDefinition=definition(steps), **request)
        assert code == "ValidationException"
        assert named in message
    assert account.boto3.describe_pipeline(PipelineName=name)["PipelineDefinition"] == before
    assert refused(account.boto3.describe_pipeline, PipelineName=f"{name}-2")[0] == "ResourceNotFound"

"""Definitions as types: what is read, what is refused, in which order steps stand."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import durations
from pointsman.local.sagemaker.definition import Branch, CachePolicy, Dependency, ParameterType, RetryPolicy, Trigger
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.errors import DefinitionError
from tests.others_definitions import DEFINITIONS


def text(steps: list[Any], **top: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": steps, **top})


def lambda_step(name: str, **members: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Lambda", "FunctionArn": "arn", "Arguments": {}, **members}


def retried(**policy: Any) -> str:
    return text([{"Name": "P", "Type": "Processing", "Arguments": {}, "RetryPolicies": [policy]}])


def test_steps_stand_after_what_they_depend_on() -> None:
    later = lambda_step("Later", Arguments={"x": {"Get": "Steps.Gate.Outcome"}})
    gate = {
        "Name": "Gate",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [],
            "IfSteps": [lambda_step("Inside", DependsOn=["First"])],
            "ElseSteps": [{"Name": "Stop", "Type": "Fail", "Arguments": {}}],
        },
    }
    definition = parse(text([later, gate, lambda_step("First")]))
    order = list(definition.steps)
    assert order.index("Gate") < min(order.index(name) for name in ("Later", "Inside", "Stop"))
    assert order.index("First") < order.index("Inside")
    assert definition.steps["Inside"].branch == Branch("Gate", outcome=True)
    assert definition.steps["Stop"].branch == Branch("Gate", outcome=False)
    assert definition.steps["Later"].dependencies == (Dependency("Gate"),)
    assert definition.steps["Inside"].path == "$.Steps[1].Arguments.IfSteps[0]"


def test_caches_and_retries_have_the_documented_defaults() -> None:
    policies = [
        {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"]},
        {"ExceptionType": "Step.THROTTLING", "ExpireAfterMin": 5, "IntervalSeconds": 10, "BackoffRate": 1.5},
    ]
    argument = {"PrimaryContainer": {"Image": "i"}}
    step = {"Name": "M", "Type": "Model", "Arguments": argument, "RetryPolicies": policies}
    off = {"Enabled": False, "ExpireAfter": "whatever"}
    steps = parse(
        text([step, lambda_step("Off", CacheConfig=off), lambda_step("On", CacheConfig={"Enabled": True})])
    ).steps
    assert steps["M"].retries == (
        RetryPolicy(frozenset({"SageMaker.JOB_INTERNAL_ERROR"}), 1, 2, 5, None),
        RetryPolicy(frozenset({"Step.THROTTLING"}), 10, 1.5, None, timedelta(minutes=5)),
    )
    assert steps["M"].cache is steps["Off"].cache is None
    assert steps["On"].cache == CachePolicy()


@pytest.mark.parametrize(
    ("written", "days", "seconds"),
    [
        ("P30D", 30, 0), ("p30d", 30, 0), ("30d", 30, 0), ("PT1H", 0, 3600), ("T12H", 0, 43200), ("T16m", 0, 960),
        ("30dT5h", 30, 18000), ("5y", 1825, 0), ("P4DT12H", 4, 43200), ("P1M", 30, 0), ("2w", 14, 0), ("PT90S", 0, 90),
    ],
)  # fmt: skip
def test_the_forms_of_a_duration_that_definitions_use(written: str, days: int, seconds: int) -> None:
    assert durations.parse(written) == timedelta(days=days, seconds=seconds)


@pytest.mark.parametrize("written", ["", "P", "PT", "30", "30dT", "1h", "P1D2D", "-P1D", "9999999999d"])
def test_what_is_no_duration(written: str) -> None:
    with pytest.raises(ValueError, match=r"duration|too long"):
        durations.parse(written)


@pytest.mark.parametrize(
    ("kind", "written"), [("Integer", "1_000"), ("Integer", " 1"), ("Float", "inf"), ("Float", "1,5")]
)
def test_numbers_are_read_strictly(kind: str, written: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        ParameterType(kind).read(written)


def test_run_conditions_are_read() -> None:
    steps = [lambda_step("A"), lambda_step("B", DependsOn=[{"Step": "A", "Trigger": "Failed"}])]
    assert parse(text(steps)).steps["B"].dependencies == (Dependency("A", Trigger.FAILED),)


def test_parameters_have_types_defaults_and_enums() -> None:
    parameters = [
        {"Name": "T", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]},
        {"Name": "F", "Type": "Float", "DefaultValue": 1},
        {"Name": "N", "Type": "Integer"},
    ]
    found = parse(text([], Parameters=parameters)).parameters
    assert (found["T"].type, found["T"].default, found["T"].allowed) == (ParameterType.STRING, "a", ("a", "b"))
    assert found["F"].default == 1
    assert found["N"].default is None


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ("nonsense", "$: not valid JSON"),
        ("[]", "$: expected an object"),
        (json.dumps({"Version": "2020-12-01"}), "$: Steps is missing"),
        (text([], Paramters=[]), "$.Paramters: unknown key"),
        (text([], Parameters=[{"Name": "P", "Type": "Int"}]), "$.Parameters[0].Type: expected one of String"),
        (
            text([], Parameters=[{"Name": "P", "Type": "Integer", "DefaultValue": "1"}]),
            "$.Parameters[0].DefaultValue: expected a value of type Integer, found '1'",
        ),
        (
            text([], Parameters=[{"Name": "P", "Type": "Integer", "DefaultValue": True}]),
            "$.Parameters[0].DefaultValue: expected a value of type Integer, found True",
        ),
        (
            text([], Parameters=[{"Name": "P", "Type": "String", "DefaultValue": "c", "EnumValues": ["a"]}]),
            "$.Parameters[0].DefaultValue: 'c' is not one of EnumValues",
        ),
        (text([], Parameters=[{"Name": "P", "Type": "String"}] * 2), "the parameter name 'P' is used more than once"),
        (
            text([], Parameters=[{"Name": "P", "Type": "Integer", "EnumValues": [1, "2"]}]),
            "$.Parameters[0].EnumValues: expected values of type Integer, found '2'",
        ),
        (text(["x"]), "$.Steps[0]: expected an object"),
        (text([lambda_step("a b")]), "$.Steps[0].Name: 'a b' does not match"),
        (text([lambda_step("x" * 65)]), "does not match"),
        (text([lambda_step("A", DependsOn="B")]), "$.Steps[0].DependsOn: expected a list"),
        (text([lambda_step("A", DependsOn=[{"Step": "B"}])]), "$.Steps[0].DependsOn[0]: expected a step's name"),
        (text([lambda_step("A", Arguments={"x": {"Get": 7}})]), "$.Steps[0].Arguments.x: Get takes a string"),
        (
            text([lambda_step("A", Arguments={"x": {"Get": "Execution.Nope"}})]),
            "$.Steps[0].Arguments.x: there is no execution variable 'Nope'",
        ),
        (
            text([lambda_step("A", Arguments={"x": {"Get": "Nothing.Like.It"}})]),
            "'Nothing.Like.It' starts with none of Parameters, Execution, Steps",
        ),
        (
            text([lambda_step("A", Arguments={"x": {"Std:Join": {"On": "", "Values": "ab"}}})]),
            "Std:Join takes On (a string) and Values (a list)",
        ),
        (
            text([lambda_step("A", Arguments={"x": {"Std:JsonGet": {"Path": "a"}}})]),
            '$.Steps[0].Arguments.x.PropertyFile: expected {"Get": "Steps.<step>.PropertyFiles.<name>"}',
        ),
        (
            text([lambda_step("B"), lambda_step("A", Arguments={"x": {"Get": "Steps.B.PropertyFiles.F"}})]),
            "step 'B' has no property file 'F'",
        ),
        (text([lambda_step("A", DependsOn=["A"])]), "steps wait for each other: A → A"),
        (text([{"Name": "T", "Type": "Training"}]), "$.Steps[0].Arguments: OutputDataConfig is missing"),
        (
            text([{"Name": "R", "Type": "RegisterModel", "Arguments": {"ModelPackageGroup": "g"}}]),
            "$.Steps[0].Arguments.ModelPackageGroup: unknown; expected one of ",
        ),
        (
            text([lambda_step("A", CacheConfig={"Enabled": True, "ExpireAfter": "soon"})]),
            "$.Steps[0].CacheConfig.ExpireAfter: 'soon' is not an ISO 8601 duration, such as P30D or PT12H (step 'A')",
        ),
        (text([lambda_step("A", CacheConfig={"Enabled": "yes"})]), "$.Steps[0].CacheConfig: expected Enabled"),
        (
            text([lambda_step("A", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"]}])]),
            "$.Steps[0].RetryPolicies: steps of type Lambda support no retry policy",
        ),
        (retried(), "$.Steps[0].RetryPolicies[0].ExceptionType: expected some of SageMaker.CAPACITY_ERROR, "),
        (retried(ExceptionType=["Any"]), "$.Steps[0].RetryPolicies[0].ExceptionType: expected some of "),
        (
            retried(ExceptionType=["Step.THROTTLING"], MaxAttempts=3, ExpireAfterMin=5),
            "$.Steps[0].RetryPolicies[0]: only one of MaxAttempts or ExpireAfterMin can be given (step 'P')",
        ),
        (
            retried(ExceptionType=["Step.THROTTLING"], MaxAttempts=21),
            "$.Steps[0].RetryPolicies[0].MaxAttempts: expected a number from 0 to 20, found 21",
        ),
        (
            retried(ExceptionType=["Step.THROTTLING"], Attempts=2),
            "$.Steps[0].RetryPolicies[0].Attempts: unknown; expected one of ",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(definition: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(definition)
    assert problem in str(caught.value)


def test_every_problem_of_one_kind_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text([{"Name": "A", "Type": "X"}, {"Name": "B", "Type": "Y"}]))
    assert [problem.path for problem in caught.value.problems] == ["$.Steps[0].Type", "$.Steps[1].Type"]


def test_two_thousand_steps_are_nothing_special() -> None:
    steps = [lambda_step(f"S{n}", DependsOn=[f"S{n - 1}"] if n else []) for n in range(2000)]
    assert list(parse(text(steps)).steps) == [f"S{n}" for n in range(2000)]


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_definitions_that_others_wrote_are_accepted(path: Path) -> None:
    assert parse(path.read_text()).steps

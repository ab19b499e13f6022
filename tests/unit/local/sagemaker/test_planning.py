"""What an execution would do."""

import json
from typing import Any

from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.planning import Plan, plan


def step(name: str, *needs: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Lambda", "FunctionArn": "arn", "Arguments": {}, "DependsOn": list(needs)}


STOP = {"Name": "Stop", "Type": "Fail", "Arguments": {}}
GATE = {
    "Name": "Gate",
    "Type": "Condition",
    "Arguments": {"Conditions": [], "IfSteps": [step("Good")], "ElseSteps": [STOP]},
    "DependsOn": ["B"],
}
DEFINITION = parse(
    json.dumps({"Version": "2020-12-01", "Steps": [GATE, step("A"), step("B", "A"), step("C", "A"), step("D", "Good")]})
)


def test_steps_are_planned_in_waves() -> None:
    waves = (("A",), ("B", "C"), ("Gate",), ("Good",), ("D",))
    assert plan(DEFINITION) == Plan(waves, "Succeeded")


def test_the_other_branch_ends_otherwise() -> None:
    planned = plan(DEFINITION, {"Gate": False})
    assert (planned.status, planned.steps) == ("Failed", frozenset({"A", "B", "C", "Gate", "Stop"}))

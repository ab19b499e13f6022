"""Which steps may start, given where the others stand."""

import json
from typing import Any

import pytest

from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.frontier import Standing, ready

DONE, RUNNING, FAILED, STOPPED = Standing("Succeeded"), Standing("Executing"), Standing("Failed"), Standing("Stopped")


def step(name: str, *after: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Lambda", "FunctionArn": "arn", "Arguments": {}, "DependsOn": list(after)}


def gate(name: str, then: list[Any], otherwise: list[Any]) -> dict[str, Any]:
    arguments = {"Conditions": [], "IfSteps": then, "ElseSteps": otherwise}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def on(name: str, trigger: str) -> dict[str, str]:
    return {"Step": name, "Trigger": trigger}


DIAMOND = [step("A"), step("B", "A"), step("C", "A"), step("D", "B", "C")]
GATED = [
    gate("Gate", [step("Yes"), gate("Inner", [step("Deep")], [])], [step("No")]), step("After", "No"),
    step("Later", "Gate"),
]  # fmt: skip
MENDED = [step("A"), step("Mend", on("A", "Failed")), step("Then", "Mend"), step("Always", on("A", "Any")), step("X")]


@pytest.mark.parametrize(
    ("steps", "standings", "names"),
    [
        (DIAMOND, {}, {"A"}),
        (DIAMOND, {"A": RUNNING}, set()),
        (DIAMOND, {"A": DONE}, {"B", "C"}),
        (DIAMOND, {"A": DONE, "B": DONE, "C": RUNNING}, set()),
        (DIAMOND, {"A": DONE, "B": DONE, "C": DONE}, {"D"}),
        (DIAMOND, {"A": DONE, "B": FAILED}, set()),
        (GATED, {}, {"Gate"}),
        (GATED, {"Gate": Standing("Succeeded", outcome=True)}, {"Yes", "Inner", "Later"}),
        (GATED, {"Gate": Standing("Succeeded", outcome=False)}, {"No", "Later"}),
        (GATED, {"Gate": FAILED}, set()),
        (MENDED, {"A": RUNNING, "X": DONE}, set()),
        (MENDED, {"A": DONE, "X": DONE}, {"Always"}),
        (MENDED, {"A": FAILED}, {"Mend", "Always"}),
        (MENDED, {"A": FAILED, "Mend": DONE, "Always": RUNNING}, {"Then"}),
        (MENDED, {"A": STOPPED}, {"Always"}),
    ],
)
def test_ready(steps: list[Any], standings: dict[str, Standing], names: set[str]) -> None:
    definition = parse(json.dumps({"Version": "2020-12-01", "Steps": steps}))
    assert {found.name for found in ready(definition, standings)} == names

"""Which steps may be selected, what is taken over, what runs."""

import json
from typing import Any

import pytest

from pointsman.local.sagemaker import frontier, selection
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.errors import ValidationError


def step(name: str, *needs: str) -> dict[str, Any]:
    return {"Name": name, "Type": "Lambda", "FunctionArn": "arn", "Arguments": {}, "DependsOn": list(needs)}


@pytest.fixture
def definition() -> Definition:
    """Process → Train → Evaluate → Gate ⇒ Register; Other beside them."""
    gate = {
        "Name": "Gate",
        "Type": "Condition",
        "Arguments": {"Conditions": [], "IfSteps": [step("Register", "Train")]},
        "DependsOn": ["Evaluate"],
    }
    steps = [step("Process"), step("Train", "Process"), step("Evaluate", "Train"), gate, step("Other")]
    return parse(json.dumps({"Version": "2020-12-01", "Steps": steps}))


def ended(**statuses: str) -> dict[str, dict[str, str]]:
    return {name: {"StepStatus": status} for name, status in statuses.items()}


@pytest.mark.parametrize(
    "selected",
    [["Process"], ["Train", "Evaluate"], ["Evaluate", "Gate"], ["Process", "Other"], ["Train", "Evaluate", "Gate"]],
)
def test_connected_steps_may_be_selected(definition: Definition, selected: list[str]) -> None:
    selection.check(definition, selected)


@pytest.mark.parametrize(
    ("selected", "left_out"),
    [(["Train", "Gate"], "Evaluate"), (["Process", "Evaluate"], "Train"), (["Evaluate", "Register"], "Gate")],
)
def test_a_step_between_two_selected_ones_is_not_left_out(
    definition: Definition, selected: list[str], left_out: str
) -> None:
    with pytest.raises(ValidationError, match=rf"\[{left_out}\] are not"):
        selection.check(definition, selected)


def test_steps_that_are_not_there_are_named(definition: Definition) -> None:
    with pytest.raises(ValidationError, match=r"has no steps \[Nope\]"):
        selection.check(definition, ["Train", "Nope"])


def test_what_lies_before_is_taken_over(definition: Definition) -> None:
    source = ended(Process="Succeeded", Train="Succeeded", Evaluate="Failed", Other="Succeeded")
    assert selection.reused(definition, ["Evaluate"], source) == ["Process", "Train"]


def test_a_dependency_must_have_succeeded_in_the_source(definition: Definition) -> None:
    with pytest.raises(ValidationError, match=r"\[Train\], on which 'Evaluate' depends, have not succeeded"):
        selection.reused(definition, ["Evaluate"], ended(Process="Succeeded", Train="Failed"))


def test_only_selected_steps_start_and_wait_for_each_other_only(definition: Definition) -> None:
    reduced = selection.reduced(definition, ["Train", "Evaluate"])
    standings = {"Process": frontier.Standing("Succeeded")}
    assert [step.name for step in frontier.ready(reduced, standings)] == ["Train"]
    standings["Train"] = frontier.Standing("Succeeded")
    assert [step.name for step in frontier.ready(reduced, standings)] == ["Evaluate"]
    standings["Evaluate"] = frontier.Standing("Succeeded")
    assert frontier.ready(reduced, standings) == []


def test_a_selected_step_runs_whatever_an_unselected_condition_would_say(definition: Definition) -> None:
    reduced = selection.reduced(definition, ["Register"])
    assert [step.name for step in frontier.ready(reduced, {})] == ["Register"]

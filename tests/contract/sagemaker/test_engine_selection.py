"""Selective execution.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html
"""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.definitions import compare, condition, definition, fail, get, processing
from tests.contract.sagemaker.test_wire import refused

DECISION = [{"Name": "Limit", "Type": "Integer", "DefaultValue": 1}]


def selected(source: str | None, *steps: str) -> dict[str, Any]:
    config: dict[str, Any] = {"SelectedSteps": [{"StepName": step} for step in steps]}
    return config if source is None else {**config, "SourcePipelineExecutionArn": source}


class Prepared:
    """A pipeline Made → Used → Gate ⇒ Stop | Fine, executed once: Gate let it pass."""

    def __init__(self, account: Account) -> None:
        nothing = account.script("")
        made = processing("Made", nothing, outputs={"o": account.uri("made")})
        used = processing("Used", nothing, inputs={"i": account.put("made/x", "x")}, DependsOn=["Made"])
        passes = compare("Equals", get("Parameters.Limit"), 1)
        gate = condition(
            "Gate", [passes], then=[condition("Fine", [])],
            otherwise=[fail("Stop", get("Steps.Made.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri"))],
            DependsOn=["Used"],
        )  # fmt: skip
        self.account = account
        self.name = account.create(definition([made, used, gate], DECISION))
        self.source = self.start()

    def start(self, **request: Any) -> str:
        found = self.account.boto3.start_pipeline_execution(PipelineName=self.name, **request)["PipelineExecutionArn"]
        self.account.ended(found)
        return str(found)

    def refused(self, source: str | None, steps: Sequence[str]) -> tuple[str, str]:
        config = selected(source, *steps)
        return refused(
            self.account.boto3.start_pipeline_execution, PipelineName=self.name, SelectiveExecutionConfig=config
        )


@pytest.fixture(scope="module")
def prepared(account: Account) -> Prepared:
    return Prepared(account)


def test_only_the_selected_step_runs_and_what_it_needs_is_reused(account: Account, prepared: Prepared) -> None:
    config = selected(prepared.source, "Used")
    arn = prepared.start(SelectiveExecutionConfig=config)
    steps, before = account.steps(arn), account.steps(prepared.source)
    assert set(steps) == {"Made", "Used"}
    assert steps["Made"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": prepared.source}
    assert steps["Made"]["Metadata"] == before["Made"]["Metadata"]
    assert "SelectiveExecutionResult" not in steps["Used"]
    assert steps["Used"]["Metadata"] != before["Used"]["Metadata"]
    described = account.boto3.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["SelectiveExecutionConfig"] == config
    assert described["PipelineExecutionStatus"] == "Succeeded"


def test_references_lead_to_the_reused_steps(account: Account, prepared: Prepared) -> None:
    arn = prepared.start(
        SelectiveExecutionConfig=selected(prepared.source, "Gate", "Stop"),
        PipelineParameters=[{"Name": "Limit", "Value": "2"}],
    )
    assert account.reasons(arn) == {"Stop": account.uri("made")}


def test_steps_after_the_selected_ones_do_not_run(account: Account, prepared: Prepared) -> None:
    assert "Fine" not in account.steps(prepared.start(SelectiveExecutionConfig=selected(prepared.source, "Gate")))


def test_steps_without_dependencies_need_no_source(account: Account, prepared: Prepared) -> None:
    steps = account.steps(prepared.start(SelectiveExecutionConfig=selected(None, "Made", "Used")))
    assert set(steps) == {"Made", "Used"}


def test_a_missing_source_is_told_of_with_the_dependencies(prepared: Prepared) -> None:
    code, message = prepared.refused(None, ["Used"])
    assert code == "ValidationException"
    assert message == (
        "Invalid SourcePipelineExecutionArn: null. The selected steps [Used] have dependencies on [Made]"
    )  # fmt: skip


@pytest.mark.parametrize(("steps", "named"), [(["Made", "Gate"], "Used"), (["Nope"], "Nope")])
def test_steps_that_cannot_be_selected_are_refused(prepared: Prepared, steps: list[str], named: str) -> None:
    code, message = prepared.refused(prepared.source, steps)
    assert (code, named in message) == ("ValidationException", True)


def test_a_failed_execution_may_be_the_source(account: Account, prepared: Prepared) -> None:
    failed = prepared.start(PipelineParameters=[{"Name": "Limit", "Value": "2"}])
    steps = account.steps(prepared.start(SelectiveExecutionConfig=selected(failed, "Gate", "Fine")))
    assert steps["Used"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": failed}
    assert steps["Fine"]["StepStatus"] == "Succeeded"


def test_the_source_is_an_execution_of_the_same_pipeline(account: Account, prepared: Prepared) -> None:
    other = account.start_execution(definition([fail("F")]))
    account.ended(other)
    assert prepared.refused(other, ["Used"])[0] == "ValidationException"


def test_a_selective_execution_may_be_the_source_of_the_next(account: Account, prepared: Prepared) -> None:
    between = prepared.start(SelectiveExecutionConfig=selected(prepared.source, "Used"))
    steps = account.steps(prepared.start(SelectiveExecutionConfig=selected(between, "Gate")))
    assert {name for name, step in steps.items() if "SelectiveExecutionResult" in step} == {"Made", "Used"}

"""Definitions that others wrote: accepted, planned, and run to the end that their conditions dictate.

Their scripts are not here; stand-ins honour the inputs and outputs. What an execution does is what the plan says.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.planning import plan
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.stand_ins import DATA, FUNCTION, StandIns
from tests.contract.sagemaker.wanted import Wanted
from tests.local.instances import Instance
from tests.others_definitions import DEFINITIONS

NOT_HERE = "cannot be run locally yet"


@pytest.fixture(scope="module")
def lasting(aws: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served.started(tmp_path_factory.mktemp("others") / "sagemaker", aws.endpoint_url) as served:
        yield served


@pytest.fixture(scope="module")
def function(aws: Instance) -> str:
    """Answers with all outputs that any of the definitions names."""
    names = {"statusCode", "body"}
    for path in DEFINITIONS:
        text = path.read_text() if isinstance(path, Path) else "{}"
        names.update(output["OutputName"] for step in _lambdas(json.loads(text)) for output in step["OutputParameters"])
    return aws.function(f"NAMES = {sorted(names)!r}\n{FUNCTION}")


@pytest.fixture(scope="module")
def queue(aws: Instance, lasting: Served) -> Iterator[str]:
    """Whoever waits behind it is told that the work is done, and lies in DATA."""
    url, _ = aws.queue()
    over = threading.Event()

    def answer() -> None:
        sqs = aws.client("sqs")
        while not over.wait(0.1):
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                token = json.loads(message["Body"])["token"]
                outputs = [{"Name": "s3_data_out", "Value": DATA}]
                lasting.boto3.send_pipeline_execution_step_success(CallbackToken=token, OutputParameters=outputs)
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield url
    over.set()
    thread.join()


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_it_is_planned(path: Path) -> None:
    definition = parse(path.read_text())
    both = plan(definition), plan(definition, dict.fromkeys(definition.steps, False))
    assert both[0].steps | both[1].steps <= set(definition.steps)
    if not any(step.branch and not step.branch.outcome for step in definition.steps.values()):
        assert both[0].steps == set(definition.steps)


@pytest.mark.parametrize("outcome", [True, False])
@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_it_runs_to_the_end_that_its_conditions_dictate(
    lasting: Served, s3: Any, function: str, queue: str, path: Path, *, outcome: bool
) -> None:
    definition = parse(path.read_text())
    wanted = Wanted(definition, outcome)
    if not outcome and False not in wanted.outcomes.values():
        pytest.skip("nothing in it depends on what it is given")
    stand_ins = StandIns(s3, json.loads(path.read_text()), wanted, function, queue)
    arn = lasting.start_execution(stand_ins.made(), **stand_ins.parameters)
    status = lasting.ended(arn)["PipelineExecutionStatus"]
    steps, reasons = lasting.steps(arn), lasting.reasons(arn)

    expected = plan(definition, wanted.outcomes)
    shown = {name: step["Metadata"]["Condition"]["Outcome"] for name, step in steps.items() if _is_condition(step)}
    assert shown.items() <= {name: str(value) for name, value in wanted.outcomes.items()}.items(), reasons
    not_here = {definition.steps[name].type for name, reason in reasons.items() if NOT_HERE in reason}
    if not_here:
        assert set(reasons) <= {name for name in steps if definition.steps[name].type in not_here}, reasons
        pytest.skip(f"runs as far as steps run here; not yet: {', '.join(sorted(not_here))}")
    assert (status, frozenset(steps)) == (expected.status, expected.steps), reasons
    assert set(reasons) <= _fail_steps(definition), reasons


def _is_condition(step: dict[str, Any]) -> bool:
    return "Condition" in step.get("Metadata", {})


def _fail_steps(definition: Definition) -> set[str]:
    return {step.name for step in definition.steps.values() if step.type == "Fail"}


def _lambdas(value: Any) -> Iterator[dict[str, Any]]:
    """Wherever they stand."""
    if isinstance(value, dict):
        if value.get("Type") == "Lambda":
            yield value
        for item in value.values():
            yield from _lambdas(item)
    elif isinstance(value, list):
        for item in value:
            yield from _lambdas(item)

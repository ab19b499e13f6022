"""What people read: nothing that they search for or copy is broken over lines, whatever the width."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console, RenderableType

from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Decision, DecisionStatus, Run, UnreadableModel
from pointsman.cli.output import first
from pointsman.drawing import age
from pointsman.executions import Execution, Step
from pointsman.local.faults import Faults
from pointsman.model_tables import model_table
from pointsman.tables import decision_list, decision_story, execution_view, fault_list, run_table

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:000000000000:pipeline/pointsman-training/execution/4r83jejmhorv"


def drawn(picture: RenderableType, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(picture)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def decision(outcome: Outcome = Outcome.SKIPPED_SAME_DATA) -> Decision:
    return Decision(
        id="churn-training-20261121T093000000000Z",
        model="churn",
        event="s3://landing/churn/training/part-01.csv@v1",
        outcome=outcome,
        status=DecisionStatus.DONE,
        because="20 objects in [churn]/training/, but decision x is on exactly this data",
        decided_at=NOW,
        run=ARN,
        events=20,
    )


@pytest.mark.parametrize("width", [60, 80, 160, 10_000])
def test_a_decision_is_found_by_its_words_at_any_width(width: int) -> None:
    text = drawn(decision_list([decision()]), width)
    for word in ("SKIPPED_SAME_DATA", "churn", "4r83jejmhorv", "part-01.csv", "churn-training-20261121T093000000000Z"):
        assert word in text
    assert "and 19 more" in text
    assert "[churn]/training/" in text


@pytest.mark.parametrize("width", [80, 160])
def test_a_run_is_found_by_its_id_and_its_failure_is_one_line(width: int) -> None:
    run = Run(
        arn=ARN,
        model="churn",
        purpose=Purpose.TRAINING,
        decision="d",
        fingerprint="f",
        started_at=NOW,
        status="Failed",
        failure="Prepare: [part-07.csv], line 2: 'abc' is not a number\nsecond line",
    )
    text = drawn(run_table([run]), width)
    assert "4r83jejmhorv" in text
    assert "second line" not in text


def test_the_steps_tell_their_failures_in_full() -> None:
    failure = "ClientError: AlgorithmError: [a] part-07.csv, line 2\nand line 3"
    execution = Execution(ARN, "Failed", None, (Step("Prepare", "ProcessingJob", "Failed", 1.25, failure),))
    text = drawn(execution_view(execution), 200)
    assert f"Prepare: {failure}" in text
    assert "1.2" in text


def test_a_story_leaves_out_what_a_decision_has_not() -> None:
    text = drawn(decision_story(decision()), 200)
    assert "asked by" not in text
    assert "[churn]/training/" in text


def test_a_model_that_cannot_be_read_says_why_and_what_to_do() -> None:
    text = drawn(model_table([UnreadableModel(name="hazel", why="[retired]: no such field")]), 160)
    for word in ("hazel", "unreadable", "[retired]: no such field", "apply"):
        assert word in text


def test_there_being_more_is_said_beside_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert first(2, iter("abc")) == ["a", "b"]
    assert "--limit 4" in capsys.readouterr().err
    assert first(3, iter("abc")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("picture", [decision_list([]), run_table([])])
def test_nothing_is_said_in_words(picture: RenderableType) -> None:
    assert "yet" in drawn(picture, 80)


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=-1), "0s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(seconds=60), "1m"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=12, hours=5), "12d"),
    ],
)
def test_an_age_is_told_in_its_coarsest_unit(passed: timedelta, shown: str) -> None:
    assert age(NOW - passed, NOW) == shown


def test_faults_say_how_often_they_have_struck_and_still_will() -> None:
    faults = Faults()
    faults.add("s3:*", "throttle", times=None, share=0.25)
    faults.add("event:*", "late", on="[a]*", seconds=90)
    assert faults.strike("event:x", lambda: ["a"]) is not None
    heading, names, first_line, second = drawn(fault_list(faults.list()), 100).splitlines()
    assert (heading.strip(), names.split()) == ("Faults", ["id", "where", "what", "on", "struck", "left"])
    assert first_line.split() == ["1", "s3:*", "throttle,", "25%", "*", "0", "always"]
    assert second.split() == ["2", "event:*", "late", "90", "s", "[a]*", "1", "0"]
    assert "nothing" in drawn(fault_list([]), 80)

"""What would happen to the sample events, by the template's rules and the rooms' own code."""

from functools import cache

import pytest

from pointsman.plan import Planned, Planner
from pointsman.rehearsal.state_file import StateFile
from tests.sample_events import FOLDER, index, sample_event

STATES = FOLDER / "states"


@cache
def planner(state: str) -> Planner:
    return Planner.of_file(StateFile.read(STATES / f"{state}.yaml"))


def plan(name: str, state: str | None = None) -> list[Planned]:
    return planner(state or index()[name].state).plan(sample_event(name))


def calls(planned: Planned) -> list[str]:
    return [f"{call.service}:{call.operation}" for call in planned.calls]


@pytest.mark.parametrize("name", index())
def test_every_sample_comes_to_what_the_index_says_in_its_room_and_in_no_other(name: str) -> None:
    expected, plans = index()[name], plan(name)
    assert {planned.rule.room for planned in plans} == {expected.room} - {"-"}
    assert [result.outcome for planned in plans for result in planned.results] == [expected.outcome] * len(plans)


def test_every_state_serves_a_sample() -> None:
    assert {expected.state for expected in index().values()} == {path.stem for path in STATES.glob("*.yaml")} - {
        "churn"
    }


def test_a_plan_tells_what_is_looked_at_and_what_would_be_done() -> None:
    (planned,) = plan("model_package_approved")
    assert [look.what for look in planned.looks][:2] == ["registry.describe", "ledger.model"]
    made = ["sagemaker:CreateModel", "sagemaker:CreateEndpointConfig", "sagemaker:UpdateEndpoint"]
    assert calls(planned) == ["ledger:begin", *made, "ledger:complete"]
    (package,) = planned.calls[1].parameters["Containers"]
    assert package["ModelPackageName"].endswith("churn/7")


def test_what_is_decided_already_would_be_written_no_more() -> None:
    (first,), (again,) = plan("drift_report", "serving"), plan("drift_report", "reported")
    assert "sagemaker:StartPipelineExecution" in calls(first)
    assert "sagemaker:StartPipelineExecution" not in calls(again)
    assert [plans.is_on_record(plans.results[0]) for plans in (first, again)] == [False, True]


def test_plans_know_nothing_of_each_other() -> None:
    assert plan("run_requested") == plan("run_requested")


def test_what_a_room_refuses_would_be_a_dead_letter() -> None:
    event = sample_event("run_requested") | {"detail": {"model": "churn"}}
    ((result,),) = (planned.results for planned in planner("serving").plan(event))
    assert (result.outcome, "detail.purpose" in result.because) == ("DEAD_LETTER", True)


@pytest.mark.parametrize(
    ("name", "rule", "why"),
    [
        ("endpoint_creating", "endpoint-settled", 'detail.EndpointStatus is "CREATING"'),
        ("endpoint_creating", "pointsman-drift-alarm", 'source is "aws.sagemaker"'),
        ("endpoint_errors_alarm", "drift-alarm", "detail is none of the rule's alternatives"),
        ("monitor_run_merging", "monitor-ran", 'detail.AppSpecification.ImageUri is "156813124566'),
    ],
)
def test_a_rule_says_which_field_keeps_an_event_from_it(name: str, rule: str, why: str) -> None:
    said = planner("serving").rules.named(rule).mismatch(sample_event(name))
    assert said
    assert said.startswith(why)


def test_a_rule_that_wants_an_event_says_nothing_against_it() -> None:
    rules = planner("serving").rules
    assert rules.named("execution-ended").mismatch(sample_event("execution_failed")) is None

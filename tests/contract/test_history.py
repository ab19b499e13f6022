"""What people list: newest first, page by page, a model's or the whole fleet's."""

from itertools import islice
from typing import Any, NamedTuple

import pytest

from control_plane.adapters.dynamodb import DynamoDBHistory, DynamoDBLedger
from control_plane.history import History
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import DecisionStatus, Deployment, Model, UnreadableModel
from tests.contract.spoiled import spoil
from tests.fakes import FakeHistory, FakeLedger
from tests.samples import MORNING, after, begun, deploy_request, done, model_spec, revised, route_of, run_of, skipped

MANY = 120  # more than two pages


class Kept(NamedTuple):
    """A ledger, and what is listed of it."""

    ledger: Ledger
    history: History


@pytest.fixture(params=["fake", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        ledger = FakeLedger()
        return Kept(ledger, FakeHistory(ledger))
    found: DynamoDBLedger = request.getfixturevalue("dynamodb_ledger")
    return Kept(found, DynamoDBHistory(request.getfixturevalue("dynamodb"), found._table.name))


def settle(kept: Kept, number: int, model: str | None = "churn") -> None:
    kept.ledger.settle(skipped(f"d{number:03d}", model=model, decided_at=after(seconds=number)), None)


def test_all_of_a_models_decisions_are_listed_newest_first(kept: Kept) -> None:
    for number in range(MANY):
        settle(kept, number)
    settle(kept, MANY, model="other")
    listed = [decision.id for decision in kept.history.decisions("churn")]
    assert listed == [f"d{number:03d}" for number in reversed(range(MANY))]


def test_the_fleets_decisions_are_one_list_with_those_about_no_model(kept: Kept) -> None:
    for number in range(MANY):
        settle(kept, number, model=("churn", "other", None)[number % 3])
    listed = [decision.id for decision in kept.history.decisions()]
    assert listed == [f"d{number:03d}" for number in reversed(range(MANY))]


@pytest.mark.parametrize("model", ["churn", None])
def test_the_list_ends_where_it_is_told_to(kept: Kept, model: str | None) -> None:
    for number in range(4):
        settle(kept, number)
    listed = [decision.id for decision in kept.history.decisions(model, since=after(seconds=2))]
    assert listed == ["d003", "d002"]


def test_a_decision_that_was_revised_is_listed_once_at_its_new_place(kept: Kept) -> None:
    kept.ledger.apply(model_spec(), MORNING)
    decision = begun("first", decided_at=after())
    kept.ledger.begin(decision, None)
    settle(kept, 1)
    run = run_of(decision)
    kept.ledger.complete(done(decision, run).model_copy(update={"decided_at": after(seconds=2)}), run)
    assert [decision.id for decision in kept.history.decisions()] == ["first", "d001"]
    assert [decision.id for decision in kept.history.decisions("churn")] == ["first", "d001"]


def test_a_tally_is_listed_with_its_count(kept: Kept) -> None:
    for _ in range(3):
        kept.ledger.tally(skipped("t", model=None, outcome=Outcome.SKIPPED_NO_MODEL, events=2))
    assert [decision.events for decision in kept.history.decisions()] == [6]
    assert list(kept.history.decisions("churn")) == []


@pytest.mark.parametrize("model", ["churn", None])
def test_runs_are_listed_newest_first(kept: Kept, model: str | None) -> None:
    runs = []
    for number, name in enumerate(("other", "churn")):
        kept.ledger.apply(model_spec(name), MORNING)
        decision = begun(f"d{number}", f"f{number}", model=name, decided_at=after(hours=number))
        runs.append(run_of(decision, number, started_at=after(hours=number)))
        kept.ledger.begin(decision, None)
        kept.ledger.complete(done(decision, runs[-1]), runs[-1])
    assert list(kept.history.runs(model)) == ([runs[1]] if model else [runs[1], runs[0]])
    assert list(kept.history.runs(model, since=after(hours=2))) == []


@pytest.mark.parametrize("model", ["churn", None])
def test_deployments_are_listed_newest_first_with_how_they_ended(kept: Kept, model: str | None) -> None:
    deployments = []
    for number, name in enumerate(("other", "churn")):
        kept.ledger.apply(model_spec(name), MORNING)
        request = deploy_request(model=name)
        decision = begun(f"d{number}", model=name, outcome=Outcome.DEPLOYING, request=request)
        deployments.append(Deployment(id=decision.id, request=request, started_at=after(hours=number)))
        kept.ledger.begin(decision, None)
        kept.ledger.complete(revised(decision, DecisionStatus.DONE, decision.outcome), deployments[-1])
    ended = deployments[1].model_copy(update={"outcome": Outcome.DEPLOYMENT_FAILED, "ended_at": after(hours=2)})
    kept.ledger.end_deployment(ended, skipped("d1-end"), None, instead_of=None)
    assert list(kept.history.deployments(model)) == ([ended] if model else [ended, deployments[0]])
    assert list(kept.history.deployments(model, since=after(hours=2))) == []


def test_open_windows_are_listed_until_they_are_sealed(kept: Kept) -> None:
    for number, name in enumerate(("churn", "other")):
        kept.ledger.apply(model_spec(name), MORNING)
        route, now = route_of(model_spec(name)), after(minutes=number)
        for _ in range(2):
            kept.ledger.note_arrivals(route, first_event=name, arrivals=1, complete=number == 0, now=now)
    listed = list(kept.history.windows())
    assert [(window.model, window.arrivals) for window in listed] == [("other", 2), ("churn", 2)]
    assert list(kept.history.windows("churn")) == [listed[1]]
    assert list(kept.history.windows(since=after(seconds=30))) == [listed[0]]
    assert list(kept.history.windows("churn", since=after(seconds=30))) == []
    kept.ledger.seal(listed[1], after(minutes=2))
    assert list(kept.history.windows()) == [listed[0]]
    assert list(kept.history.windows("churn")) == []


def test_models_are_listed_by_name_however_many(kept: Kept) -> None:
    names = [f"m{number:03d}" for number in range(MANY)]
    for name in reversed(names):
        kept.ledger.apply(model_spec(name), MORNING)
    assert [model.spec.model for model in kept.history.models() if isinstance(model, Model)] == names


def test_nothing_is_asked_before_it_is_wanted(dynamodb: Any, dynamodb_ledger: DynamoDBLedger) -> None:
    """A page, and the items that it names: however many decisions there are, the first few cost two requests."""
    kept = Kept(dynamodb_ledger, DynamoDBHistory(dynamodb, dynamodb_ledger._table.name))
    for number in range(MANY):
        settle(kept, number)
    asked: list[str] = []
    dynamodb.meta.events.register(
        "before-call.dynamodb", lambda model, **_: asked.append(model.name), unique_id="asked"
    )
    try:
        listed = list(islice(kept.history.decisions(), 50))
    finally:
        dynamodb.meta.events.unregister("before-call.dynamodb", unique_id="asked")
    assert len(listed) == 50
    assert asked == ["Query", "BatchGetItem"]


def test_a_model_that_cannot_be_read_is_listed_with_the_reason_among_the_others(
    dynamodb: Any, dynamodb_ledger: DynamoDBLedger
) -> None:
    for name in ("almond", "hazel", "walnut"):
        dynamodb_ledger.apply(model_spec(name), MORNING)
    spoil(dynamodb, dynamodb_ledger, "hazel")
    first, broken, last = DynamoDBHistory(dynamodb, dynamodb_ledger._table.name).models()
    assert isinstance(first, Model)
    assert isinstance(last, Model)
    assert broken == UnreadableModel(name="hazel", why="data.training.close.retired: Extra inputs are not permitted")

"""A request is sent as an event and its decision waited for; what it came to is told by the exit code."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from control_plane.events.ours import RunRequestedDetail
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus
from pointsman import operate
from pointsman.asking import ask
from pointsman.cli.output import came_to_nothing
from pointsman.errors import BadRequest, NotFound
from tests.fakes import FakeControlPlane
from tests.samples import begun, champion, deployed_spec, model_spec, package_arn, skipped
from tests.unit.world import apply


class Bus:
    """Decides about each request what it was told to, begun first."""

    def __init__(self, plane: FakeControlPlane, decided: Decision) -> None:
        self._plane, self._decided = plane, decided
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  boto3's word
        (entry,) = Entries
        self.sent.append((entry["DetailType"], json.loads(entry["Detail"])))
        self._plane.ledger.settle(self._decided.model_copy(update={"id": "request-e1"}), None)
        return {"Entries": [{"EventId": "e1"}]}


@pytest.fixture
def plane() -> FakeControlPlane:
    plane = FakeControlPlane()
    apply(plane, deployed_spec())
    apply(plane, model_spec("batch"))
    for model in ("churn", "churn", "batch"):
        plane.registry.register(model)
    return plane


@pytest.fixture
def bus(plane: FakeControlPlane) -> Bus:
    return Bus(plane, skipped())


@pytest.fixture
def environment(plane: FakeControlPlane, bus: Bus) -> Any:
    def group(*, ModelPackageGroupName: str) -> dict[str, str]:  # noqa: N803  boto3's word
        arn = package_arn(1, ModelPackageGroupName).rpartition("/")[0]
        return {"ModelPackageGroupArn": arn.replace("model-package/", "model-package-group/")}

    return SimpleNamespace(
        ledger=plane.ledger,
        registry=plane.registry,
        sagemaker=SimpleNamespace(describe_model_package_group=group),
        client=lambda _service: bus,
    )


def test_a_version_is_asked_for_by_its_arn(environment: Any, bus: Bus) -> None:
    operate.deploy(environment, "churn/2", None, "better", force=True)
    ((kind, detail),) = bus.sent
    assert kind == "Deployment Requested"
    assert (detail["model"], detail["package_arn"], detail["force"]) == ("churn", package_arn(2), True)


@pytest.mark.parametrize(
    ("words", "arn"),
    [
        (("churn/2", None), package_arn(2)),
        (("churn", "2"), package_arn(2)),
        ((package_arn(2), None), package_arn(2)),
        (("churn", None), package_arn(1)),
    ],
)
def test_a_version_is_named_in_one_word_or_two_or_is_the_champion(
    environment: Any, plane: FakeControlPlane, bus: Bus, words: tuple[str, str | None], arn: str
) -> None:
    plane.ledger.crown(skipped("d1"), champion(1), instead_of=None)
    operate.deploy(environment, *words, "better", force=False)
    ((_, detail),) = bus.sent
    assert (detail["model"], detail["package_arn"]) == ("churn", arn)


@pytest.mark.parametrize("model", [None, "churn"])
def test_an_endpoint_to_be_adopted_is_that_of_the_model_whose_spec_has_it(
    environment: Any, bus: Bus, model: str | None
) -> None:
    operate.adopt(environment, "Churn-Prod", model, "it was here first")
    ((kind, detail),) = bus.sent
    assert (kind, detail["model"], detail["endpoint"]) == ("Adoption Requested", "churn", "Churn-Prod")


@pytest.mark.parametrize(("version", "arn"), [(None, None), ("1", package_arn(1)), ("churn/1", package_arn(1))])
def test_a_rollback_names_a_version_or_leaves_it_open(
    environment: Any, bus: Bus, version: str | None, arn: str | None
) -> None:
    operate.roll_back(environment, "churn", version, "complaints")
    ((kind, detail),) = bus.sent
    assert (kind, detail["package_arn"], detail["why"]) == ("Rollback Requested", arn, "complaints")


def test_what_can_be_known_to_be_wrong_is_not_sent(environment: Any, bus: Bus) -> None:
    with pytest.raises(NotFound, match="no version churn/9"):
        operate.deploy(environment, "churn/9", None, "x", force=False)
    with pytest.raises(NotFound, match="'nobody'"):
        operate.deploy(environment, "nobody", None, "x", force=False)
    with pytest.raises(BadRequest, match="has no champion; say which version: `pointsman deploy churn NUMBER`"):
        operate.deploy(environment, "churn", None, "x", force=False)
    with pytest.raises(BadRequest, match="leave out 3"):
        operate.deploy(environment, "churn/2", "3", "x", force=False)
    with pytest.raises(NotFound, match="endpoint: other-prod}` in its model's file"):
        operate.adopt(environment, "other-prod", None, "x")
    with pytest.raises(BadRequest, match="churn-prod is that of model churn, not of batch"):
        operate.adopt(environment, "churn-prod", "batch", "x")
    with pytest.raises(NotFound, match="'nobody'"):
        operate.roll_back(environment, "nobody", None, "x")
    with pytest.raises(BadRequest, match="batch has no endpoint"):
        operate.deploy(environment, "batch/1", None, "x", force=False)
    with pytest.raises(BadRequest, match="batch/1 is a version of batch, not of churn"):
        operate.roll_back(environment, "churn", "batch/1", "x")
    with pytest.raises(BadRequest, match="why: "):
        operate.roll_back(environment, "churn", None, "")
    assert bus.sent == []


def test_a_decision_that_is_begun_is_waited_for_until_sagemaker_was_asked(
    environment: Any, plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([None, begun(), skipped(outcome=Outcome.REFUSED)])
    monkeypatch.setattr(plane.ledger, "decision", lambda _id: next(looks))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    decision = ask(environment, RunRequestedDetail, model="churn", purpose="training", why="x", actor="ada")
    assert decision.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("outcome", "status", "nothing"),
    [
        (Outcome.DEPLOYING, DecisionStatus.DONE, False),
        (Outcome.DEFERRED_FREEZE, DecisionStatus.DEFERRED, False),
        (Outcome.SKIPPED_PAUSED, DecisionStatus.DEFERRED, False),
        (Outcome.SKIPPED_ALREADY_CHAMPION, DecisionStatus.DONE, False),
        (Outcome.SKIPPED_NOT_APPROVAL, DecisionStatus.DONE, True),
        (Outcome.SKIPPED_NO_CHAMPION, DecisionStatus.DONE, True),
        (Outcome.REFUSED, DecisionStatus.DONE, True),
    ],
)
def test_what_came_to_nothing_is_told_from_what_waits_or_is_so_already(
    outcome: Outcome, status: DecisionStatus, *, nothing: bool
) -> None:
    assert came_to_nothing(skipped(outcome=outcome, status=status)) is nothing

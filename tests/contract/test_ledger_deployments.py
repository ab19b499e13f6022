"""Deployments: a slot and a waiting place of their own, an end, and a champion that moves with it or doesn't."""

from typing import Any

import pytest

from control_plane.errors import AlreadyDecided, SlotTaken, Superseded
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind
from control_plane.records import Champion, Decision, DecisionStatus, Deployment, Watch, Watched
from tests.contract.looks import apply, decided, due_decisions, pending_of, slot_of
from tests.contract.test_ledger_races import CONTENDERS, race
from tests.samples import (
    MORNING,
    after,
    begun,
    champion,
    deferred,
    deploy_request,
    deployed_spec,
    deployment_of,
    drift_of,
    package_arn,
    revised,
    skipped,
)

DRIFT = drift_of()


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, deployed_spec())


def deploying(decision_id: str, version: int = 1, **changes: Any) -> Decision:
    """A decision that is about to deploy a version."""
    asked = {name: changes.pop(name) for name in ("instead_of", "chosen_at") if name in changes}
    request = deploy_request(version, **asked)
    fields = {"purpose": None, "fingerprint": None, "data_until": None, "outcome": Outcome.DEPLOYING}
    return begun(decision_id).model_copy(update={**fields, "request": request, **changes})


def waiting(decision_id: str, version: int = 1, **changes: Any) -> Decision:
    waits = {"status": DecisionStatus.DEFERRED, "outcome": Outcome.DEFERRED_BUSY}
    return deploying(decision_id, version, **waits | changes)


def completed(ledger: Ledger, decision: Decision) -> Deployment:
    """Begun and taken by SageMaker."""
    request = deploy_request() if decision.request is None else decision.request
    ledger.begin(decision, None)
    deployment = deployment_of(request, decision.id)  # type: ignore[arg-type]
    ledger.complete(revised(decision, DecisionStatus.DONE, decision.outcome, run=deployment.request.config), deployment)
    return deployment


def ended(deployment: Deployment, outcome: Outcome = Outcome.CHAMPION_CHANGED) -> Deployment:
    return deployment.model_copy(update={"outcome": outcome, "ended_at": after(minutes=10)})


def ending(decision_id: str = "d1-end", outcome: Outcome = Outcome.CHAMPION_CHANGED, **changes: Any) -> Decision:
    return skipped(decision_id, outcome=outcome, **changes)


def deployment_slot(ledger: Ledger) -> tuple[str, str | None] | None:
    slot = ledger.model("churn").deploying
    return (slot.decision, slot.run) if slot else None


def pending_deployment(ledger: Ledger) -> str | None:
    return ledger.model("churn").pending_deployment


def king_of(ledger: Ledger) -> Champion | None:
    return ledger.model("churn").champion


# -- its slot --


def test_a_run_and_a_deployment_go_on_beside_each_other_and_wait_for_their_own(ledger: Ledger) -> None:
    ledger.begin(begun("run", "f1"), None)
    ledger.begin(deploying("d1"), None)
    ledger.defer(deferred("next run", "f2"), None)
    ledger.defer(waiting("d2", 2), None)
    assert (slot_of(ledger), deployment_slot(ledger)) == (("run", None), ("d1", None))
    assert (pending_of(ledger), pending_deployment(ledger)) == ("next run", "d2")
    ledger.refuse(revised(deploying("d1"), DecisionStatus.DONE, Outcome.REFUSED))
    assert (slot_of(ledger), deployment_slot(ledger)) == (("run", None), None)


def test_a_second_deployment_finds_the_slot_taken_and_writes_nothing_1(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    with pytest.raises(SlotTaken):
        ledger.begin(deploying("d2", 2), None)
    assert ledger.decision("d2") is None
    assert deployment_slot(ledger) == ("d1", None)


def test_a_repetition_finds_what_was_begun_1(ledger: Ledger) -> None:
    ledger.begin(deploying("d1", because="the first"), None)
    for repeat in (ledger.begin, ledger.defer):
        with pytest.raises(AlreadyDecided) as refusal:
            repeat(deploying("d1", because="the second"), None)
        assert refusal.value.decision.because == "the first"


def test_of_many_beginnings_of_one_deployment_one_wins_1(ledger: Ledger) -> None:
    results = race(lambda number: ledger.begin(deploying("d1", because=f"contender {number}"), None))
    assert results == {"won": 1, "AlreadyDecided": CONTENDERS - 1}


def test_of_many_versions_one_gets_the_endpoint_1(ledger: Ledger) -> None:
    results = race(lambda number: ledger.begin(deploying(f"d{number}", number), None))
    assert results == {"won": 1, "SlotTaken": CONTENDERS - 1}
    assert [decision.id for decision in ledger.decisions("churn")] == [deployment_slot(ledger)[0]]  # type: ignore[index]


def test_whoever_completes_it_it_is_one_deployment_1(ledger: Ledger) -> None:
    decision = deploying("d1")
    deployment = deployment_of(deploy_request())
    ledger.begin(decision, None)
    complete = revised(decision, DecisionStatus.DONE, decision.outcome, run="churn-1-config")
    assert race(lambda _: ledger.complete(complete, deployment)) == {"won": CONTENDERS}
    assert (ledger.deployment("d1"), list(ledger.deployments("churn"))) == (deployment, [deployment])
    assert deployment_slot(ledger) == ("d1", "churn-1-config")
    assert dict(ledger.model("churn").started) == {}, "it is no run"


def test_a_deployment_that_is_under_way_is_looked_at_and_its_decision_no_more(ledger: Ledger) -> None:
    deployment = completed(ledger, deploying("d1"))
    assert ledger.due(after(seconds=59)) == []
    assert ledger.due(after(minutes=1)) == [deployment]
    ledger.look_again(deployment, after(minutes=5))
    assert ledger.due(after(minutes=4)) == []


def test_what_stepped_back_cannot_be_completed(ledger: Ledger) -> None:
    decision = deploying("d1")
    ledger.begin(decision, None)
    ledger.postpone(waiting("d1"))
    with pytest.raises(Superseded):
        ledger.complete(revised(decision, DecisionStatus.DONE, decision.outcome), deployment_of(deploy_request()))
    assert ledger.deployment("d1") is None


# -- its waiting place --


def test_what_waits_is_taken_up_once_1(ledger: Ledger) -> None:
    ledger.defer(waiting("d1"), None)
    assert due_decisions(ledger, minutes=1) == ["d1"]
    assert race(lambda _: ledger.take_up(deploying("d1"))) == {"won": 1, "AlreadyDecided": CONTENDERS - 1}
    assert (deployment_slot(ledger), pending_deployment(ledger)) == (("d1", None), None)


def test_what_waits_is_not_taken_up_beside_another(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    ledger.defer(waiting("d2", 2), None)
    with pytest.raises(SlotTaken):
        ledger.take_up(deploying("d2", 2))
    assert (pending_deployment(ledger), decided(ledger, "d2").status) == ("d2", DecisionStatus.DEFERRED)


def test_what_waits_can_be_let_go(ledger: Ledger) -> None:
    ledger.defer(waiting("d1"), None)
    gone = revised(waiting("d1"), DecisionStatus.DONE, Outcome.SKIPPED_ALREADY_CHAMPION)
    ledger.withdraw(gone)
    assert (ledger.decision("d1"), pending_deployment(ledger)) == (gone, None)
    with pytest.raises(Superseded):
        ledger.withdraw(gone)


@pytest.mark.parametrize("how", ["begin", "defer"])
def test_what_is_chosen_later_takes_the_place_of_what_waits(ledger: Ledger, how: str) -> None:
    ledger.defer(waiting("d1", 1), None)
    later = {"chosen_at": after(minutes=1)}
    if how == "begin":
        ledger.begin(deploying("d2", 2, **later), None)
    else:
        ledger.defer(waiting("d2", 2, **later), None)
    older = decided(ledger, "d1")
    assert (older.outcome, older.status) == (Outcome.SKIPPED_SUPERSEDED, DecisionStatus.DONE)
    assert older.then == "decision d2 took its place"
    assert pending_deployment(ledger) == (None if how == "begin" else "d2")
    assert due_decisions(ledger, days=1) == ["d2"]


def test_what_was_chosen_earlier_does_not(ledger: Ledger) -> None:
    """Two approvals at once: whoever read the model before the later one was written must decide again."""
    ledger.defer(waiting("d2", 2, chosen_at=after(minutes=1)), None)
    with pytest.raises(Superseded):
        ledger.begin(deploying("d1", 1), None)
    with pytest.raises(Superseded):
        ledger.defer(waiting("d1", 1), None)
    assert ledger.decision("d1") is None
    assert (pending_deployment(ledger), deployment_slot(ledger)) == ("d2", None)
    assert decided(ledger, "d2").status is DecisionStatus.DEFERRED


def test_a_repetition_of_what_is_final_is_told_so_whatever_waits(ledger: Ledger) -> None:
    ledger.settle(ending("d1"), None)
    ledger.defer(waiting("d2", 2, chosen_at=after(minutes=1)), None)
    with pytest.raises(AlreadyDecided):
        ledger.begin(deploying("d1", 1), None)


def test_a_rollback_that_begins_leaves_what_waits(ledger: Ledger) -> None:
    ledger.defer(waiting("d3", 3, chosen_at=after(minutes=1)), None)
    ledger.begin(deploying("d1", 1, instead_of=2), None)
    assert (deployment_slot(ledger), pending_deployment(ledger)) == (("d1", None), "d3")
    assert decided(ledger, "d3").status is DecisionStatus.DEFERRED


def test_stepping_back_waits_and_frees_the_slot_4(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    postponed = waiting("d1", outcome=Outcome.DEFERRED_CAPACITY)
    assert ledger.postpone(postponed) == postponed == ledger.decision("d1")
    assert (deployment_slot(ledger), pending_deployment(ledger)) == (None, "d1")


def test_stepping_back_before_what_was_chosen_later_comes_to_nothing(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    ledger.defer(waiting("d2", 2, chosen_at=after(minutes=1)), None)
    gone = ledger.postpone(waiting("d1"))
    assert (gone.outcome, gone.then) == (Outcome.SKIPPED_SUPERSEDED, "decision d2 took its place")
    assert (deployment_slot(ledger), pending_deployment(ledger)) == (None, "d2")


def test_stepping_back_takes_the_place_of_what_was_chosen_earlier(ledger: Ledger) -> None:
    """A rollback that somebody asked for, say, beside an approval that waits for the end of a freeze."""
    ledger.defer(waiting("d1", 3), None)
    asked = {"instead_of": 2, "chosen_at": after(minutes=1)}
    ledger.begin(deploying("d2", 1, **asked), None)
    postponed = waiting("d2", 1, **asked)
    assert ledger.postpone(postponed) == postponed
    assert (deployment_slot(ledger), pending_deployment(ledger)) == (None, "d2")
    assert decided(ledger, "d1").outcome is Outcome.SKIPPED_SUPERSEDED
    assert due_decisions(ledger, days=1) == ["d2"]


def test_what_sagemaker_refuses_frees_the_slot_4(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    refused = revised(deploying("d1"), DecisionStatus.DONE, Outcome.REFUSED)
    ledger.refuse(refused)
    assert (ledger.decision("d1"), deployment_slot(ledger)) == (refused, None)
    assert due_decisions(ledger, days=1) == []


# -- its end --


def test_an_end_frees_the_slot_and_moves_the_champion_at_once_4_5(ledger: Ledger) -> None:
    deployment = completed(ledger, deploying("d1"))
    ledger.note_drift("churn", DRIFT)
    king = champion(1, config="churn-1-config")
    ledger.end_deployment(ended(deployment), ending(), king, instead_of=None)
    model = ledger.model("churn")
    assert (model.deploying, model.champion, dict(model.drift)) == (None, king, {})
    assert (ledger.deployment("d1"), ledger.decision("d1-end")) == (ended(deployment), ending())
    assert ledger.due(after(days=1)) == []


def test_an_end_without_success_leaves_the_champion_and_its_drift_5(ledger: Ledger) -> None:
    ledger.crown(ending("d0"), champion(1), instead_of=None)
    ledger.note_drift("churn", DRIFT)
    deployment = completed(ledger, deploying("d2", 2))
    outcome = Outcome.DEPLOYMENT_ROLLED_BACK
    ledger.end_deployment(ended(deployment, outcome), ending("d2-end", outcome), None, instead_of=package_arn(1))
    model = ledger.model("churn")
    assert (model.deploying, model.champion, dict(model.drift)) == (None, champion(1), {DRIFT.kind: DRIFT})
    assert ledger.deployment("d2") == ended(deployment, outcome)


@pytest.mark.parametrize("instead_of", [None, package_arn(3)])
def test_an_end_writes_nothing_where_the_champion_is_another_than_was_read(
    ledger: Ledger, instead_of: str | None
) -> None:
    ledger.crown(ending("d0"), champion(1), instead_of=None)
    deployment = completed(ledger, deploying("d2", 2))
    with pytest.raises(Superseded):
        ledger.end_deployment(ended(deployment), ending("d2-end"), champion(2), instead_of=instead_of)
    assert (king_of(ledger), deployment_slot(ledger)) == (champion(1), ("d2", "churn-2-config"))
    assert (ledger.deployment("d2"), ledger.decision("d2-end")) == (deployment, None)
    assert ledger.due(after(minutes=1)) == [deployment]


def test_an_end_that_is_on_record_is_returned_and_the_next_deployment_goes_on_1(ledger: Ledger) -> None:
    first = completed(ledger, deploying("d1"))
    ledger.end_deployment(ended(first), ending(because="the first"), champion(1), instead_of=None)
    second = completed(ledger, deploying("d2", 2))
    for king, instead_of in ((champion(1), None), (champion(1), package_arn(1)), (None, None)):
        with pytest.raises(AlreadyDecided) as refusal:
            ledger.end_deployment(ended(first), ending(because="again"), king, instead_of=instead_of)
        assert refusal.value.decision.because == "the first"
    assert deployment_slot(ledger) == ("d2", "churn-2-config")
    assert ledger.due(after(minutes=1)) == [second]


def test_whoever_reports_an_end_it_is_recorded_once_4(ledger: Ledger) -> None:
    deployment = completed(ledger, deploying("d1"))
    results = race(
        lambda number: ledger.end_deployment(
            ended(deployment), ending(because=f"contender {number}"), champion(1), instead_of=None
        )
    )
    assert results == {"won": 1, "AlreadyDecided": CONTENDERS - 1}
    assert (king_of(ledger), deployment_slot(ledger)) == (champion(1), None)


def test_what_is_put_back_takes_the_slot_over_4(ledger: Ledger) -> None:
    ledger.crown(ending("d0"), champion(1), instead_of=None)
    deployment = completed(ledger, deploying("d2", 2))
    outcome, back = Outcome.SMOKE_TEST_FAILED, deploying("d2-back", 1, instead_of=2)
    arguments = ended(deployment, outcome), ending("d2-end", outcome), None
    ledger.end_deployment(*arguments, instead_of=package_arn(1), then=back)
    assert (king_of(ledger), deployment_slot(ledger)) == (champion(1), ("d2-back", None))
    assert (ledger.deployment("d2"), ledger.decision("d2-back")) == (arguments[0], back)
    assert due_decisions(ledger, days=1) == ["d2-back"]
    with pytest.raises(AlreadyDecided) as refusal:
        ledger.end_deployment(*arguments, instead_of=package_arn(1), then=back)
    assert refusal.value.decision.id == "d2-end"
    assert deployment_slot(ledger) == ("d2-back", None)


def test_what_never_began_has_no_end(ledger: Ledger) -> None:
    with pytest.raises(Superseded):
        ledger.end_deployment(ended(deployment_of(deploy_request())), ending(), champion(1), instead_of=None)
    assert (king_of(ledger), ledger.deployment("d1"), ledger.decision("d1-end")) == (None, None, None)


def test_deployments_are_listed_newest_first_by_model(ledger: Ledger) -> None:
    ledger.apply(deployed_spec("other"), MORNING)
    first = completed(ledger, deploying("d1"))
    ledger.end_deployment(ended(first), ending(), champion(1), instead_of=None)
    request = deploy_request(2)
    ledger.begin(deploying("d2", 2), None)
    second = Deployment(id="d2", request=request, started_at=after(minutes=20))
    ledger.complete(revised(deploying("d2", 2), DecisionStatus.DONE, Outcome.DEPLOYING), second)
    assert list(ledger.deployments("churn")) == [second, ended(first)]
    assert list(ledger.deployments("other")) == []
    assert ledger.deployment("d9") is None


# -- adopting --


def adopted(version: int = 1, decision_id: str = "a1") -> Deployment:
    deployment = deployment_of(deploy_request(version), decision_id)
    return deployment.model_copy(update={"outcome": Outcome.ADOPTED, "ended_at": deployment.started_at})


def test_what_others_deployed_is_the_champion_and_a_deployment_that_is_over(ledger: Ledger) -> None:
    ledger.note_drift("churn", DRIFT)
    king = champion(1, config="churn-1-config")
    ledger.adopt(adopted(), ending("a1", Outcome.ADOPTED), king, instead_of=None)
    model = ledger.model("churn")
    assert (model.champion, model.deploying, dict(model.drift)) == (king, None, {})
    assert (list(ledger.deployments("churn")), ledger.deployment("a1")) == ([adopted()], adopted())
    assert ledger.due(after(days=1)) == []


def test_adopting_again_finds_what_was_decided_1(ledger: Ledger) -> None:
    ledger.adopt(adopted(), ending("a1", Outcome.ADOPTED, because="first"), champion(1), instead_of=None)
    with pytest.raises(AlreadyDecided) as known:
        ledger.adopt(adopted(), ending("a1", Outcome.ADOPTED), champion(1), instead_of=package_arn(1))
    assert known.value.decision.because == "first"


@pytest.mark.parametrize("instead_of", [None, package_arn(3)])
def test_adopting_writes_nothing_where_the_champion_is_another_than_was_read(
    ledger: Ledger, instead_of: str | None
) -> None:
    ledger.crown(ending("d0"), champion(1), instead_of=None)
    with pytest.raises(Superseded):
        ledger.adopt(adopted(2), ending("a1", Outcome.ADOPTED), champion(2), instead_of=instead_of)
    assert (king_of(ledger), ledger.deployment("a1"), ledger.decision("a1")) == (champion(1), None, None)


def test_nothing_is_adopted_while_a_deployment_is_under_way(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    with pytest.raises(Superseded):
        ledger.adopt(adopted(2), ending("a1", Outcome.ADOPTED), champion(2), instead_of=None)
    assert (king_of(ledger), ledger.deployment("a1"), ledger.decision("a1")) == (None, None, None)


# -- what the champion is watched by --


def watched(package: str, **changes: Any) -> Watch:
    monitors = (Watched(kind=DriftKind.DATA_QUALITY, schedule="churn-data-quality", definition="churn-1"),)
    return Watch(**{"id": "w1", "package": package, "monitors": monitors, "since": after(minutes=1), **changes})


def test_a_watch_is_remembered_with_its_decision_and_survives_the_next_champion(ledger: Ledger) -> None:
    ledger.crown(ending("d0"), champion(1), instead_of=None)
    assert ledger.model("churn").watch is None
    watch = watched(package_arn(1))
    ledger.watch(ending("watch-1", Outcome.WATCHED), watch, package_arn(1))
    assert ledger.model("churn").watch == watch
    assert decided(ledger, "watch-1").outcome is Outcome.WATCHED
    ledger.crown(ending("d1"), champion(2), instead_of=package_arn(1))
    assert ledger.model("churn").watch == watch
    assert ledger.due(after(days=1)) == []


def test_a_watch_is_of_the_champion_and_written_once_1(ledger: Ledger) -> None:
    ledger.crown(ending("d0"), champion(2), instead_of=None)
    with pytest.raises(Superseded):
        ledger.watch(ending("watch-1", Outcome.WATCHED), watched(package_arn(1)), package_arn(1))
    assert (ledger.model("churn").watch, ledger.decision("watch-1")) == (None, None)
    ledger.watch(ending("watch-2", Outcome.WATCHED), watched(package_arn(2)), package_arn(2))
    with pytest.raises(AlreadyDecided):
        ledger.watch(ending("watch-2", Outcome.WATCHED), watched(package_arn(2), monitors=()), package_arn(2))
    assert ledger.model("churn").watch == watched(package_arn(2))


# -- what deployments left behind --


def test_what_is_being_deleted_is_not_deployed_until_it_is_gone_3(ledger: Ledger) -> None:
    first = completed(ledger, deploying("d1"))
    ledger.end_deployment(ended(first), ending(), champion(1), instead_of=None)
    ledger.defer(waiting("d2", 1), None)
    ledger.retire("churn", ["churn-1-config", "churn-3-config"])
    assert ledger.model("churn").collecting == ("churn-1-config", "churn-3-config")
    with pytest.raises(Superseded):
        ledger.begin(deploying("d3", 3, chosen_at=after(minutes=1)), None)
    with pytest.raises(SlotTaken):
        ledger.take_up(deploying("d2", 1))
    assert (deployment_slot(ledger), pending_deployment(ledger), ledger.decision("d3")) == (None, "d2", None)
    gone = ended(first).model_copy(update={"collected_at": after(minutes=20)})
    ledger.collected(ending("c1", Outcome.COLLECTED), [gone])
    assert (ledger.model("churn").collecting, ledger.deployment("d1")) == ((), gone)
    assert decided(ledger, "c1").outcome is Outcome.COLLECTED
    assert due_decisions(ledger, days=1) == ["d2"]
    ledger.take_up(deploying("d2", 1))
    assert deployment_slot(ledger) == ("d2", None)
    with pytest.raises(AlreadyDecided):
        ledger.collected(ending("c1", Outcome.COLLECTED), [gone])


def test_a_model_that_is_being_deleted_is_needed_by_no_configuration(ledger: Ledger) -> None:
    ledger.retire("churn", ["churn-1-config", "churn-2"])
    with pytest.raises(Superseded):
        ledger.begin(deploying("d2", 2), None)
    assert deployment_slot(ledger) is None


def test_others_are_deployed_while_something_is_deleted(ledger: Ledger) -> None:
    ledger.retire("churn", ["churn-1-config", "churn-21-config", "churn-21"])
    ledger.begin(deploying("d2", 2), None)
    assert deployment_slot(ledger) == ("d2", None)


def test_nothing_is_deleted_while_a_deployment_is_under_way(ledger: Ledger) -> None:
    ledger.begin(deploying("d1"), None)
    with pytest.raises(Superseded):
        ledger.retire("churn", ["churn-1-config"])
    assert ledger.model("churn").collecting == ()
    with pytest.raises(Superseded):
        ledger.retire("nobody", ["churn-1-config"])

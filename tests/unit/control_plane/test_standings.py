"""What is known by ids of its own, one for each thing that can be decided on once; and what is left in use."""

from control_plane.standings import is_left_in_use, undo_id, unserved_id
from tests.fakes import FakeControlPlane
from tests.samples import after, begun, champion, deploy_request, deployed_spec, endpoint_of
from tests.unit.world import apply

KING, AGAIN, OTHER = champion(1), champion(1, since=after(hours=1)), champion(2)


def test_going_back_is_decided_once_in_each_reign_of_a_champion_1() -> None:
    assert undo_id(KING) == undo_id(champion(1)) == f"undo-{undo_id(KING)[-24:]}"
    assert len({undo_id(king) for king in (KING, AGAIN, OTHER)}) == 3


def test_that_a_champion_is_not_served_is_told_once_for_each_state_in_each_reign_1() -> None:
    states = (None, endpoint_of("theirs"), endpoint_of("others"), endpoint_of("theirs", "Failed"))
    ids = [unserved_id(king, state) for king in (KING, AGAIN, OTHER) for state in states]
    assert ids[1] == unserved_id(champion(1), endpoint_of("theirs")) == f"unserved-{ids[1][-24:]}"
    assert len(set(ids)) == len(ids)


def test_while_a_deployment_is_under_way_nothing_is_left_in_use() -> None:
    plane = FakeControlPlane()
    apply(plane, deployed_spec())
    assert is_left_in_use(KING, plane.ledger.model("churn").model_copy(update={"champion": KING}), plane)
    plane.ledger.begin(begun("d9", request=deploy_request(1, config="churn-1-more-instances")), None)
    assert not is_left_in_use(KING, plane.ledger.model("churn"), plane)

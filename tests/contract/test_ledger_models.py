"""Models and the folders that they claim."""

import pytest

from control_plane.errors import NameTaken, UnknownModel
from control_plane.ledger import Ledger
from tests.contract.looks import apply
from tests.samples import BUCKET, begun, deferred, model_spec, route_of


def test_a_model_comes_back_as_it_was_applied(ledger: Ledger) -> None:
    spec = model_spec()
    apply(ledger, spec)
    found = ledger.model("churn")
    assert (found.spec, found.revision) == (spec, spec.revision)
    assert found.slot is None
    assert found.pending == {}


def test_an_unknown_model_is_named(ledger: Ledger) -> None:
    with pytest.raises(UnknownModel, match="nobody"):
        ledger.model("nobody")


def test_models_are_listed_by_name(ledger: Ledger) -> None:
    for name in ("walnut", "almond", "hazel"):
        apply(ledger, model_spec(name))
    assert [model.spec.model for model in ledger.models()] == ["almond", "hazel", "walnut"]


def test_applying_again_keeps_what_is_under_way(ledger: Ledger) -> None:
    apply(ledger, model_spec())
    running, waiting = begun("d1", "f1"), deferred("d2", "f2")
    ledger.begin(running, None)
    ledger.defer(waiting, None)
    changed = model_spec(changes={"policy.same_data": "7d"})
    apply(ledger, changed)
    found = ledger.model("churn")
    assert found.revision == changed.revision != model_spec().revision
    assert found.slot is not None
    assert found.slot.decision == "d1"
    assert dict(found.pending) == {"training": "d2"}


def test_only_claimed_folders_have_routes(ledger: Ledger) -> None:
    spec = model_spec()
    apply(ledger, spec)
    folders = {"churn/training/2026/", "churn/training/", "churn/"}
    assert dict(ledger.routes(BUCKET, folders)) == {"churn/training/": route_of(spec)}
    assert dict(ledger.routes("another-bucket", folders)) == {}
    assert dict(ledger.routes(BUCKET, set())) == {}


def test_routes_are_found_among_more_folders_than_one_request_takes(ledger: Ledger) -> None:
    apply(ledger, model_spec("first", changes={"data.training.prefix": "many/000/"}))
    apply(ledger, model_spec("last", changes={"data.training.prefix": "many/249/"}))
    found = ledger.routes(BUCKET, [f"many/{number:03d}/" for number in range(250)])
    assert {folder: route.model for folder, route in found.items()} == {"many/000/": "first", "many/249/": "last"}


def test_a_folder_feeds_one_model_and_a_refused_spec_leaves_no_trace(ledger: Ledger) -> None:
    apply(ledger, model_spec("first", changes={"data.training.prefix": "shared/"}))
    with pytest.raises(NameTaken, match="shared/"):
        apply(ledger, model_spec("second", changes={"data.training.prefix": "shared/"}))
    assert [model.spec.model for model in ledger.models()] == ["first"]
    assert ledger.routes(BUCKET, ["shared/"])["shared/"].model == "first"


def test_a_refused_change_keeps_the_old_folder(ledger: Ledger) -> None:
    apply(ledger, model_spec("first"))
    apply(ledger, model_spec("second"))
    with pytest.raises(NameTaken):
        apply(ledger, model_spec("second", changes={"data.training.prefix": "first/training/"}))
    assert ledger.routes(BUCKET, ["second/training/"])["second/training/"].model == "second"


def test_a_folder_that_a_model_gives_up_is_free_for_another(ledger: Ledger) -> None:
    apply(ledger, model_spec("first", changes={"data.training.prefix": "old/"}))
    apply(ledger, model_spec("first", changes={"data.training.prefix": "new/"}))
    assert set(ledger.routes(BUCKET, ["old/", "new/"])) == {"new/"}
    apply(ledger, model_spec("second", changes={"data.training.prefix": "old/"}))
    assert ledger.routes(BUCKET, ["old/"])["old/"].model == "second"

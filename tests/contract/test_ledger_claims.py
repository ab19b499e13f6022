"""Names of AWS that are one model's alone: its endpoint, schedules and alarms."""

from typing import Any

import pytest

from control_plane.errors import NameTaken
from control_plane.ledger import Ledger
from control_plane.models import ModelSpec
from tests.contract.test_ledger_races import CONTENDERS, race
from tests.samples import BUCKET, MORNING, model_spec

NAMES: dict[str, dict[str, Any]] = {
    "endpoint/prod": {"deployment.endpoint": "prod"},
    "schedule/hourly": {"monitor.schedules": {"hourly": "data_quality"}},
    "alarm/auc": {"monitor.alarms": {"auc": "model_quality"}},
}


def spec_of(model: str, *names: str) -> ModelSpec:
    return model_spec(model, changes={path: value for name in names for path, value in NAMES[name].items()})


def test_an_owner_is_known_by_each_name_and_nobody_owns_the_others(ledger: Ledger) -> None:
    ledger.apply(spec_of("churn", *NAMES), MORNING)
    ledger.apply(spec_of("other"), MORNING)
    assert dict(ledger.owners([*NAMES, "endpoint/other", "alarm/hourly"])) == dict.fromkeys(NAMES, "churn")
    assert dict(ledger.owners([])) == {}
    assert dict(ledger.owners(["alarm/auc", "alarm/auc"])) == {"alarm/auc": "churn"}


def test_owners_are_found_among_more_names_than_one_request_takes(ledger: Ledger) -> None:
    ledger.apply(spec_of("churn", "alarm/auc"), MORNING)
    assert dict(ledger.owners([*(f"alarm/{number:03d}" for number in range(150)), "alarm/auc"])) == {
        "alarm/auc": "churn"
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_models_and_a_refused_spec_leaves_no_trace(ledger: Ledger, name: str) -> None:
    ledger.apply(spec_of("churn", name), MORNING)
    with pytest.raises(NameTaken, match=name):
        ledger.apply(spec_of("other", *NAMES), MORNING)
    assert [model.spec.model for model in ledger.models()] == ["churn"]
    assert dict(ledger.owners(NAMES)) == {name: "churn"}
    assert dict(ledger.routes(BUCKET, ["other/training/"])) == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_given_up_is_free_and_one_kept_is_not(ledger: Ledger, name: str) -> None:
    ledger.apply(spec_of("churn", *NAMES), MORNING)
    ledger.apply(spec_of("churn", *(kept for kept in NAMES if kept != name)), MORNING)
    ledger.apply(spec_of("other", name), MORNING)
    assert dict(ledger.owners(NAMES)) == {**dict.fromkeys(NAMES, "churn"), name: "other"}
    with pytest.raises(NameTaken):
        ledger.apply(spec_of("churn", *NAMES), MORNING)


def test_an_endpoint_is_the_same_in_every_case(ledger: Ledger) -> None:
    ledger.apply(model_spec("churn", changes={"deployment.endpoint": "Prod"}), MORNING)
    with pytest.raises(NameTaken):
        ledger.apply(model_spec("other", changes={"deployment.endpoint": "prod"}), MORNING)


def test_of_many_models_one_gets_a_name_1(ledger: Ledger) -> None:
    results = race(lambda number: ledger.apply(spec_of(f"model-{number}", "endpoint/prod"), MORNING))
    assert results == {"won": 1, "NameTaken": CONTENDERS - 1}
    (model,) = ledger.models()
    assert dict(ledger.owners(["endpoint/prod"])) == {"endpoint/prod": model.spec.model}


def test_specs_of_one_model_applied_at_once_leave_no_name_behind(ledger: Ledger) -> None:
    """Each gives up what the one before it claimed, also when that came between its reading and its writing."""
    ledger.apply(model_spec("churn"), MORNING)

    def contend(number: int) -> None:
        ledger.apply(model_spec("churn", changes={"deployment.endpoint": f"e{number}"}), MORNING)

    results = race(contend)
    assert results["won"] + results["Superseded"] == CONTENDERS
    serving = ledger.model("churn").spec.deployment
    assert serving is not None
    every = [f"endpoint/e{number}" for number in range(CONTENDERS)]
    assert dict(ledger.owners(every)) == {f"endpoint/{serving.endpoint}": "churn"}

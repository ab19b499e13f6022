"""What a closed window and a deferred start ask for."""

import pytest

from control_plane.actions import Defer, Skip, Start, Wait
from control_plane.manifests import DataObject, Manifest
from control_plane.outcomes import Outcome
from control_plane.ports import Execution
from control_plane.records import Model, Slot
from on_tick.decide import decide_deferred, decide_window, has_unseen_end
from tests.samples import BUCKET, MORNING, deferred, execution_arn, model_spec, start_request, window

SPEC = model_spec()
FREE = Model(spec=SPEC, revision=SPEC.revision)
BUSY = Model(spec=SPEC, revision=SPEC.revision, slot=Slot(decision="d0", run="arn:run"))
STARTING = Model(spec=SPEC, revision=SPEC.revision, slot=Slot(decision="d0"))
MANIFEST = Manifest(BUCKET, (DataObject("churn/training/a.csv", 5, "e1", "v1"),))
URI = "s3://artifacts/manifests/churn/f/manifest.json"


def decided(model: Model, manifest: Manifest = MANIFEST, used_by: str | None = None) -> Start | Defer | Skip:
    return decide_window(window("w1"), model, manifest, manifest_uri=URI, data_used_by=used_by)


def test_new_data_of_a_free_model_starts_training() -> None:
    action = decided(FREE)
    assert isinstance(action, Start)
    assert "1 objects in churn/training/" in action.because


def test_the_request_tells_the_run_all_that_it_must_know() -> None:
    action = decided(FREE)
    assert isinstance(action, Start)
    assert (action.request.model, action.request.pipeline) == ("churn", "pointsman-training")
    assert action.request.fingerprint == MANIFEST.fingerprint
    assert dict(action.request.parameters) == {
        "ModelPackageGroup": "churn",
        "DataManifest": URI,
        "DataFingerprint": MANIFEST.fingerprint,
        "DecisionKey": "w1",
        "MetricName": "auc",
        "MetricDirection": "maximize",
        "MetricBar": "0.8",
        "Target": "left",
    }


@pytest.mark.parametrize(("model", "named"), [(BUSY, "arn:run"), (STARTING, "d0")])
def test_new_data_of_a_busy_model_waits(model: Model, named: str) -> None:
    action = decided(model)
    assert isinstance(action, Defer)
    assert action.outcome is Outcome.DEFERRED_BUSY
    assert named in action.because
    assert action.request.fingerprint == MANIFEST.fingerprint


@pytest.mark.parametrize("model", [FREE, BUSY])
def test_data_that_was_used_is_skipped_even_if_busy(model: Model) -> None:
    action = decided(model, used_by="d7")
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_SAME_DATA
    assert "d7" in action.because


@pytest.mark.parametrize("used_by", [None, "d7"])
def test_an_empty_folder_is_skipped(used_by: str | None) -> None:
    action = decided(FREE, Manifest(BUCKET, ()), used_by)
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_NO_DATA
    assert "churn/training/" in action.because


def test_what_waits_starts_when_the_slot_is_free() -> None:
    assert decide_deferred(deferred(), FREE) == Start(start_request(), "the slot is free now")


@pytest.mark.parametrize("model", [BUSY, STARTING])
def test_what_waits_waits_on_while_the_slot_is_taken(model: Model) -> None:
    assert decide_deferred(deferred(), model) == Wait()


@pytest.mark.parametrize(
    ("status", "unseen"),
    [("Executing", False), ("Stopping", False), ("Stopped", True), ("Failed", True), ("Succeeded", True)],
)
def test_a_run_that_the_ledger_thinks_is_going_has_an_unseen_end_when_it_ended(status: str, *, unseen: bool) -> None:
    assert has_unseen_end(Execution(execution_arn(), status, MORNING, None)) is unseen

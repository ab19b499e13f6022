"""Whose arrival is it, and does it count?"""

from collections.abc import Mapping

import pytest

from control_plane.actions import Hold, Skip
from control_plane.events import ObjectCreated
from control_plane.outcomes import Outcome
from control_plane.records import Route
from on_data_arrival.decide import decide, merge
from tests.samples import BUCKET, model_spec, object_created, route_of

DEEP = route_of(model_spec("deep", changes={"data.training.prefix": "churn/training/eu/"}))
CHURN = route_of(model_spec("churn", changes={"data.exclude": ["*/_temporary/*", "*.tmp"]}))
NO_MANIFEST = route_of(model_spec("plain", changes={"data.training.close": {}}))
ROUTES: Mapping[str, Route] = {route.source.prefix: route for route in (DEEP, CHURN, NO_MANIFEST)}


def decided(key: str) -> Hold | Skip:
    return decide(ObjectCreated.parse(object_created(key)), ROUTES)


@pytest.mark.parametrize(
    ("key", "model", "complete"),
    [
        ("churn/training/a.csv", "churn", False),
        ("churn/training/2026/11/a.csv", "churn", False),
        ("churn/training/eu/a.csv", "deep", False),
        ("churn/training/europe/a.csv", "churn", False),
        ("churn/training/_SUCCESS", "churn", True),
        ("churn/training/2026/_SUCCESS", "churn", True),
        ("churn/training/my_SUCCESS", "churn", False),
        ("churn/training/_SUCCESS.csv", "churn", False),
        ("plain/training/_SUCCESS", "plain", False),
        ("churn/training/with space+plus%20 é東京.csv", "churn", False),
    ],
)
def test_an_arrival_is_held_for_the_model_with_the_deepest_folder(key: str, model: str, *, complete: bool) -> None:
    action = decided(key)
    assert isinstance(action, Hold)
    assert (action.route.model, action.arrivals, action.complete) == (model, 1, complete)
    assert action.first_event == f"s3://{BUCKET}/{key}@v1"


@pytest.mark.parametrize(
    ("key", "outcome", "reason"),
    [
        ("churn/training/", Outcome.SKIPPED_EXCLUDED, "folder marker"),
        ("churn/training/2026/", Outcome.SKIPPED_EXCLUDED, "folder marker"),
        ("churn/training/_temporary/0/part.csv", Outcome.SKIPPED_EXCLUDED, "exclusion"),
        ("churn/training/part.tmp", Outcome.SKIPPED_EXCLUDED, "exclusion"),
        ("churn/training/_temporary/0/_SUCCESS", Outcome.SKIPPED_EXCLUDED, "exclusion"),
        ("churn/trainings/a.csv", Outcome.SKIPPED_NO_MODEL, "no model"),
        ("churn/a.csv", Outcome.SKIPPED_NO_MODEL, "no model"),
        ("churn/training", Outcome.SKIPPED_NO_MODEL, "no model"),
        ("a.csv", Outcome.SKIPPED_NO_MODEL, "no model"),
        ("churn%2Ftraining%2Fa.csv", Outcome.SKIPPED_NO_MODEL, "no model"),
        ("Churn/training/a.csv", Outcome.SKIPPED_NO_MODEL, "no model"),
    ],
)
def test_an_arrival_that_is_no_data_is_skipped_with_a_reason(key: str, outcome: Outcome, reason: str) -> None:
    action = decided(key)
    assert isinstance(action, Skip)
    assert action.outcome is outcome
    assert reason in action.because
    assert key in action.because


def test_holds_of_one_window_become_one_7() -> None:
    holds = [decided(f"churn/training/{number}.csv") for number in range(1000)]
    holds += [decided("churn/training/_SUCCESS"), decided("churn/training/eu/a.csv")]
    merged = merge(hold for hold in holds if isinstance(hold, Hold))
    assert [(hold.route.model, hold.arrivals, hold.complete) for hold in merged] == [
        ("churn", 1001, True),
        ("deep", 1, False),
    ]
    assert merged[0].first_event == f"s3://{BUCKET}/churn/training/0.csv@v1"


def test_nothing_merges_to_nothing() -> None:
    assert merge([]) == []

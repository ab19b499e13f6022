"""By which monitors an endpoint is watched: those of the champion's own baselines, named after all that is in them."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from control_plane.models import ModelSpec
from control_plane.monitor_plans import MonitorPlan, is_watched_as_wanted, plans_of, schedule_name, wanted_watch
from control_plane.policies import DriftKind
from control_plane.records import Watch
from control_plane.registry import Baseline
from tests.samples import MORNING, after, champion, deployed_spec, model_of, package, watched_spec

DATA, QUALITY = DriftKind.DATA_QUALITY, DriftKind.MODEL_QUALITY
BASELINES = {
    DATA: Baseline(constraints="s3://a/data/constraints.json", statistics="s3://a/data/statistics.json"),
    QUALITY: Baseline(constraints="s3://a/quality/constraints.json", statistics="s3://a/quality/statistics.json"),
}
LABELS = {"prefix": "churn/labels/", "problem_type": "BinaryClassification", "within": "26h", "probability": "1"}
LABELLED = watched_spec(changes={"monitor.labels": LABELS, "monitor.every": "2h"})


def planned(
    spec: ModelSpec | None = None, version: int = 1, baselines: Mapping[DriftKind, Baseline] | None = None
) -> list[MonitorPlan]:
    return list(
        plans_of(spec or watched_spec(), package(version, baselines=BASELINES if baselines is None else baselines))
    )


def test_data_is_watched_with_the_versions_own_baseline() -> None:
    (plan,) = planned()
    assert (plan.model, plan.kind, plan.endpoint) == ("churn", DATA, "churn-prod")
    assert (plan.schedule, plan.instance_type) == ("pointsman-churn-prod-data-quality", "ml.m5.xlarge")
    assert (plan.constraints, plan.statistics) == ("s3://a/data/constraints.json", "s3://a/data/statistics.json")
    assert plan.expression == "cron(0 * ? * * *)"
    assert plan.labels is None


def test_predictions_are_watched_where_labels_come_once_they_have_had_their_time() -> None:
    data, quality = planned(LABELLED)
    assert (data.kind, quality.kind) == (DATA, QUALITY)
    assert quality.schedule == "pointsman-churn-prod-model-quality"
    assert (quality.constraints, quality.statistics) == ("s3://a/quality/constraints.json", None)
    assert quality.labels is not None
    assert (quality.labels.uri, quality.labels.since, quality.labels.until) == ("s3://landing/churn/labels", 28, 26)
    assert (quality.labels.prediction, quality.labels.probability) == ("0", "1")
    assert quality.labels.problem_type == "BinaryClassification"


def test_a_version_without_a_baseline_has_no_monitor() -> None:
    assert planned(baselines={}) == []
    assert [plan.kind for plan in planned(LABELLED, baselines={QUALITY: BASELINES[QUALITY]})] == [QUALITY]


@pytest.mark.parametrize(
    "other",
    [
        planned(version=2),
        planned(watched_spec(changes={"monitor.instance": "ml.m5.large"})),
        planned(watched_spec(changes={"deployment.endpoint": "churn-new"})),
        planned(baselines={DATA: Baseline(constraints="s3://a/other.json")}),
    ],
    ids=["version", "settings", "endpoint", "baseline"],
)
def test_a_definitions_name_is_its_contents(other: list[MonitorPlan]) -> None:
    (one,), (another,) = planned(), other
    assert planned() == [one]
    assert one.definition != another.definition


@pytest.mark.parametrize("endpoint", ["e", "e" * 40, "e" * 63])
def test_names_are_such_as_sagemaker_takes(endpoint: str) -> None:
    for plan in planned(watched_spec(changes={"deployment.endpoint": endpoint, "monitor.labels": LABELS})):
        for name in (plan.schedule, plan.definition):
            assert name.startswith("pointsman-e")
            assert len(name) <= 63


def test_long_names_that_begin_alike_are_told_apart() -> None:
    assert schedule_name("e" * 62 + "1", DATA) != schedule_name("e" * 62 + "2", DATA)


def test_a_name_is_cut_where_it_must_be_and_not_at_a_hyphen() -> None:
    assert schedule_name("e" * 40, DATA) == f"pointsman-{'e' * 40}-data-quality"
    assert re.fullmatch(
        f"pointsman-{'e' * 30}-[0-9a-f]{{8}}-data-quality", schedule_name(f"{'e' * 30}-{'f' * 30}", DATA)
    )


@pytest.mark.parametrize(
    ("every", "expression"),
    [
        ("1h", "cron(0 * ? * * *)"),
        ("2h", "cron(0 0/2 ? * * *)"),
        ("720m", "cron(0 0/12 ? * * *)"),
        ("1d", "cron(0 0 ? * * *)"),
    ],
)
def test_how_often_is_told_as_sagemaker_takes_it(every: str, expression: str) -> None:
    assert watched_spec(changes={"monitor.every": every}).monitor.expression == expression


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"monitor.every": "5h"}, "every is none of 1h, 2h"),
        ({"monitor.every": "30m"}, "every is none of 1h, 2h"),
        ({"monitor.every": "2d"}, "every is none of 1h, 2h"),
        ({"monitor.labels": LABELS | {"within": "90m"}}, "within is not in whole hours"),
        ({"monitor.labels": LABELS | {"within": "32d"}}, "within is not in whole hours"),
        ({"deployment.capture": None}, "needs deployment.capture"),
        ({"deployment": None}, "needs deployment.capture"),
    ],
)
def test_what_no_monitor_can_do_is_refused_with_what_it_takes(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        watched_spec(changes=changes)


KING = champion(1, config="churn-1-abc")


def watch(spec: ModelSpec, **changes: Any) -> Watch:
    wanted = wanted_watch(model_of(spec, champion=KING))
    return Watch(**{"id": wanted or "", "package": KING.package, "since": MORNING, **changes})


def test_nothing_is_wanted_without_a_champion_or_where_the_spec_asks_for_none() -> None:
    assert wanted_watch(model_of(watched_spec())) is None
    assert wanted_watch(model_of(deployed_spec(), champion=KING)) is None
    assert wanted_watch(model_of(watched_spec(), champion=champion(1))) is None  # no endpoint serves it yet
    assert is_watched_as_wanted(model_of(deployed_spec(), champion=KING))


def test_what_is_wanted_changes_with_the_champion_and_the_monitor_and_nothing_else() -> None:
    spec = watched_spec()
    known = model_of(spec, champion=KING, watch=watch(spec))
    assert is_watched_as_wanted(known)
    assert is_watched_as_wanted(
        known.model_copy(update={"spec": watched_spec(changes={"policy.on_degraded": "nothing"})})
    )
    others = {"monitor.alarms": {"a": "bias"}, "monitor.schedules": {"s": "bias"}}
    assert is_watched_as_wanted(known.model_copy(update={"spec": watched_spec(changes=others)}))
    for change in (
        {"champion": champion(2, config="churn-2-abc")},
        {"champion": champion(1, config="churn-1-abc", since=after(hours=1))},
        {"spec": watched_spec(changes={"monitor.every": "1d"})},
        {"watch": None},
    ):
        assert not is_watched_as_wanted(known.model_copy(update=change)), change


def test_monitors_that_are_not_wanted_any_more_must_go() -> None:
    (plan,) = planned()
    left = watch(watched_spec(), monitors=(plan.watched,))
    assert not is_watched_as_wanted(model_of(deployed_spec(), champion=KING, watch=left))
    gone = watch(watched_spec(), monitors=())
    assert is_watched_as_wanted(model_of(deployed_spec(), champion=KING, watch=gone))

"""Model files: what is accepted, what is refused and why, what names a revision."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from control_plane.models import ClosePolicy, ModelSpec
from control_plane.policies import Purpose
from tests.samples import model_spec


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("26h", timedelta(hours=26)),
        ("7d", timedelta(days=7)),
        (timedelta(hours=1), timedelta(hours=1)),
    ],
)
def test_durations_name_their_unit(text: str | timedelta, value: timedelta) -> None:
    policy = ClosePolicy.model_validate({"quiet": text, "at_most": "3650d"})
    assert policy.quiet == value
    assert ClosePolicy.model_validate_json(policy.model_dump_json()) == policy


@pytest.mark.parametrize(
    "text", ["5", 5, 5.0, "", "m", "5 m", "5min", "-5m", "0m", "1h30m", "5M", "1.5h", None, "9" * 20 + "d", "400000d"]
)
def test_other_durations_are_refused(text: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        model_spec(changes={"data.training.close": {"quiet": text}})
    assert [problem["loc"] for problem in refusal.value.errors()] == [("data", "training", "close", "quiet")]


def test_a_quiet_period_that_could_never_end_a_window_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"quiet .* is longer than at_most"):
        ClosePolicy.model_validate({"quiet": "2h", "at_most": "1h"})


@pytest.mark.parametrize("folder", ["churn/training", "/churn/", "churn//training/", "/", "", "s3://landing/churn/"])
def test_a_prefix_is_a_folder(folder: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        model_spec(changes={"data.training.prefix": folder})
    assert refusal.value.errors()[0]["loc"] == ("data", "training", "prefix")
    assert "expected a folder" in refusal.value.errors()[0]["msg"]


@pytest.mark.parametrize("folder", ["a/", "a/b c+d/", "dt=2026-11-21/é/"])
def test_folders_may_have_any_name(folder: str) -> None:
    assert model_spec(changes={"data.training.prefix": folder}).data.sources[Purpose.TRAINING].prefix == folder


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.training.close.quite", "5m"),
        ("data.exclud", []),
        ("data.monitoring", {"prefix": "m/"}),
        ("pipelines.monitoring", {"name": "m"}),
        ("policy.colldown", "1h"),
        ("policy.cooldown.trainings", "1h"),
        ("policy.on_drift.sever", "train"),
        ("owner", "me"),
    ],
)
def test_a_field_that_nobody_knows_is_refused(path: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        model_spec(changes={path: value})
    assert [(problem["loc"], problem["type"]) for problem in refusal.value.errors()] == [
        (tuple(path.split(".")), "extra_forbidden")
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("model", "-churn"),
        ("model", "churn_eu"),
        ("model", "c" * 64),
        ("model", ""),
        ("data.bucket", "${DataBucket}"),
        ("data.bucket", "Landing"),
        ("pipelines.training.name", "pointsman_training"),
        ("pipelines.training.parameters", {"a b": "x"}),
        ("pipelines.training.parameters", {"Epochs": 3}),
        ("policy.metric.direction", "up"),
        ("policy.metric.bar", "high"),
        ("policy.metric.bar", float("nan")),
        ("policy.metric.bar", float("inf")),
        ("data.training.close.manifest", ""),
    ],
)
def test_values_out_of_range_are_refused_by_name(path: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        model_spec(changes={path: value})
    (problem,) = refusal.value.errors()
    assert ".".join(map(str, problem["loc"])).startswith(path)


@pytest.mark.parametrize("pattern", ["*", "*/_SUCCESS", "churn/training/_*", "*SUCC*"])
def test_an_exclusion_must_not_hide_the_manifest(pattern: str) -> None:
    with pytest.raises(ValidationError, match=r"data\.exclude hides the manifest churn/training/_SUCCESS"):
        model_spec(changes={"data.exclude": ["*.tmp", pattern]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data.evaluation": {"prefix": "e/"}}, r"data\.evaluation needs pipelines\.evaluation"),
        (
            {"data.evaluation": {"prefix": "churn/training/"}, "pipelines.evaluation": {"name": "e"}},
            "share the folder churn/training/",
        ),
        (
            {
                "data.evaluation": {"prefix": "e/", "close": {"manifest": "_DONE"}},
                "pipelines.evaluation": {"name": "e"},
                "data.exclude": ["*/_DONE", "e/_*"],
            },
            r"data\.exclude hides the manifest e/_DONE",
        ),
    ],
)
def test_data_to_judge_on_has_a_folder_of_its_own_and_a_pipeline(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model_spec(changes=changes)


def test_without_a_manifest_nothing_can_be_hidden() -> None:
    assert model_spec(changes={"data.training.close": {}, "data.exclude": ["*/_*"]}).data.exclude == ("*/_*",)


def test_defaults_are_productions() -> None:
    close = model_spec().data.training.close
    assert (close.quiet, close.at_most) == (timedelta(minutes=5), timedelta(hours=1))
    assert model_spec().policy.same_data == timedelta(days=90)


def test_a_revision_names_the_spec_and_not_how_it_was_written() -> None:
    assert model_spec().revision == model_spec(changes={"policy.same_data": "2160h"}).revision
    assert model_spec().revision == ModelSpec.model_validate_json(model_spec().model_dump_json()).revision
    assert len(model_spec().revision) == 12


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("policy.metric.bar", 0.81),
        ("data.training.close.quiet", "6m"),
        ("data.exclude", ["*.tmp"]),
        ("pipelines.training.parameters", {"Target": "stayed"}),
    ],
)
def test_any_change_makes_another_revision(path: str, value: object) -> None:
    assert model_spec(changes={path: value}).revision != model_spec().revision


def test_a_spec_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        model_spec().model = "other"  # type: ignore[misc]

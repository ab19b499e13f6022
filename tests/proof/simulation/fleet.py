"""The models of a story, and the specs that they may have: as different as a fleet's."""

from functools import cache
from random import Random
from typing import Any

from control_plane.models import ModelSpec
from tests.samples import model_spec

MODELS = ("churn", "fraud", "ads")
VARIANTS = 24


@cache
def spec_of(model: str, variant: int) -> ModelSpec:
    """Each aspect on its own, so that they meet in every combination."""
    chance = Random(f"{model} {variant}")  # noqa: S311
    changes: dict[str, Any] = {
        "monitor.schedules": {f"{model}-quality": "data_quality"},
        "monitor.alarms": {f"{model}-alarm": "bias"},
    }
    if chance.random() < 0.5:
        changes["data.training"] = {"prefix": f"{model}/training/", "close": {"quiet": "3m", "at_most": "10m"}}
    if chance.random() < 0.8:
        changes["data.evaluation"] = {"prefix": f"{model}/evaluation/", "close": {"manifest": "_SUCCESS"}}
        changes["pipelines.evaluation"] = {"name": "pointsman-evaluation"}
    if chance.random() < 0.65:
        changes |= _serving(model, chance)
    return model_spec(model, changes=changes | _policy(chance))


def _serving(model: str, chance: Random) -> dict[str, Any]:
    changes: dict[str, Any] = {"deployment.endpoint": f"{model}-prod", "deployment.keep": chance.choice([2, 3])}
    if chance.random() < 0.3:
        changes["deployment.rollout"] = {"alarms": {"others": [f"{model}-guard"]}}
    if chance.random() < 0.3:
        changes["deployment.instances"] = {"type": "ml.m5.xlarge"}
    if chance.random() < 0.5:
        changes |= {"deployment.capture": "20%", "monitor.kind": "model-monitor"}
    return changes


def _policy(chance: Random) -> dict[str, Any]:
    """MORNING is a Saturday, nine o'clock."""
    changes: dict[str, Any] = {}
    sometimes = {
        "cooldown.training": "12m",
        "cooldown.evaluation": "20m",
        "budget.runs_per_day": 3,
        "freeze": [{"since": "Sat 10:00", "until": "Sat 11:00"}],
        "approval": "automatic",
        "on_data": "when_degraded",
        "on_degraded": "nothing",
        "on_drift.data_quality": "train",
        "same_data": "1h",
    }
    for name, value in sometimes.items():
        if chance.random() < 0.3:
            changes[f"policy.{name}"] = value
    return changes

"""What a room's `decide` was given, as JSON that names the spec by its revision; and the same decided again."""

import importlib
import inspect
import json
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from control_plane.actions import Approve, Crown, Defer, Deploy, Skip, Start
from control_plane.drafts import outcome_of
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.policies import Policy
from control_plane.records import Decision
from tests.proof.simulation.world import World

type Decide = Callable[..., Any]

# Where each room has its pure functions from, by the name that it calls them by.
PLACES = (
    *("on_tick.looks.decide_window", "on_tick.looks.decide_deferred"),
    *("on_drift.handler.decide_response", "on_drift.handler.decide"),
    "on_model_package.handler.decide",
    *("on_request.answers.decide_run", "on_request.answers.decide_deployment", "on_request.answers.decide_rollback"),
    *("on_pipeline_execution.sequels.decide_next", "on_pipeline_execution.sequels.decide_verdict"),
    *("on_pipeline_execution.sequels.decide_training", "on_pipeline_execution.sequels.decide_approval"),
    *("on_endpoint.sequels.decide_next", "on_endpoint.sequels.decide_undo"),
)
# Each writes one decision that somebody came to; what came of a call is SageMaker's word.
WRITES = frozenset(
    f"ledger.{name}" for name in ("begin", "defer", "settle", "crown", "keep_waiting", "take_up", "withdraw")
)
# A race that was lost, in the ledger's words.
_LOST = {Outcome.DEFERRED_BUSY: (Start, Deploy), Outcome.SKIPPED_SAME_DATA: (Start, Defer)}


@dataclass(frozen=True)
class Recorded:
    """`inputs` is JSON by parameter, without specs and policies; `revision` names the spec, where they had one."""

    place: str
    inputs: str
    revision: str | None
    action: Any


@dataclass
class Recomputed:
    """Of decisions that were written, how many came of which function, and those that come out otherwise."""

    decided: dict[str, int] = field(default_factory=dict)
    otherwise: list[str] = field(default_factory=list)
    longest: int = 0


class Recorder:
    """`specs` by revision. A decision that is written came of one that its invocation came to."""

    def __init__(self, world: World, specs: Mapping[str, ModelSpec], found: Recomputed) -> None:
        self.specs, self.found = specs, found
        self._world = world
        world.witness = self._witness

    @contextmanager
    def recording(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for place in PLACES:
                module, _, name = place.rpartition(".")
                patch.setattr(importlib.import_module(module), name, self._recording(place, function_at(place)))
            yield

    def _witness(self, call: str, arguments: Sequence[Any]) -> None:
        decided = self._world.current.decided
        if call not in WRITES or not decided:
            return
        decision = next(item for item in arguments if isinstance(item, Decision))
        recorded = next((each for each in reversed(decided) if came_of(each.action, decision)), decided[-1])
        decided.remove(recorded)
        self._check(recorded, decision)

    def _check(self, recorded: Recorded, decision: Decision) -> None:
        found, spec = self.found, self.specs[decision.revision] if decision.revision else None
        action = recompute(recorded, spec)
        found.decided[recorded.place] = found.decided.get(recorded.place, 0) + 1
        found.longest = max(found.longest, len(recorded.inputs))
        under = recorded.revision in {None, decision.revision}
        if not under or action != recorded.action or not came_of(action, decision):
            found.otherwise.append(f"{decision.id}: {recorded.place} says {action}, on record is {decision}")

    def _recording(self, place: str, decide: Decide) -> Decide:
        def recorded(*arguments: Any, **named: Any) -> Any:
            given = inspect.signature(decide).bind(*arguments, **named).arguments
            revisions: list[str] = []
            told = {name: None if name == "policy" else value for name, value in given.items()}
            inputs = json.dumps(_without_specs(to_jsonable_python(told), revisions))
            action = decide(*arguments, **named)
            self._world.current.decided.append(Recorded(place, inputs, next(iter(revisions), None), action))
            return action

        return recorded


@cache
def function_at(place: str) -> Decide:
    module, _, name = place.rpartition(".")
    found: Decide = getattr(importlib.import_module(module), name)
    return found


def recompute(recorded: Recorded, spec: ModelSpec | None) -> Any:
    """The recorded inputs through the recorded revision's spec; a policy is that spec's, too."""
    decide = function_at(recorded.place)
    given = _with_spec(json.loads(recorded.inputs), spec.model_dump(mode="json") if spec else None)
    found = {name: _adapter(decide, name).validate_python(value) for name, value in given.items() if name != "policy"}
    if spec and "policy" in given:
        whole = typing.get_type_hints(decide)["policy"] is Policy
        found["policy"] = spec.policy if whole else spec.policy.on_drift
    return decide(**found)


@cache
def _adapter(decide: Decide, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(typing.get_type_hints(decide)[name])


def _without_specs(value: Any, revisions: list[str]) -> Any:
    """A model's spec is known by its revision."""
    if isinstance(value, list):
        return [_without_specs(item, revisions) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "model":
        revisions.append(value["revision"])
        value = {**value, "spec": None}
    return {name: _without_specs(item, revisions) for name, item in value.items()}


def _with_spec(value: Any, spec: Any) -> Any:
    if isinstance(value, list):
        return [_with_spec(item, spec) for item in value]
    if not isinstance(value, dict):
        return value
    filled = {**value, "spec": spec} if value.get("kind") == "model" else value
    return {name: item if name == "spec" else _with_spec(item, spec) for name, item in filled.items()}


def came_of(action: Any, decision: Decision) -> bool:
    """The decision says of itself what the action was, but where a race was lost or a version was approved first."""
    if isinstance(action, _LOST.get(decision.outcome, ())) and "but" in (decision.then or decision.because):
        return True
    match action:
        case Start(request, because) | Deploy(request, because):
            same = decision.outcome is outcome_of(action) and decision.request == request
        case Defer(request, outcome, because, until):
            same = (decision.outcome, decision.request, decision.until) == (outcome, request, until)
        case Skip(outcome, because) | Crown(_, outcome, because):
            same = decision.outcome is outcome
        case Approve():
            same, because = decision.outcome is Outcome.APPROVED, action.because
        case _:  # a purpose, or that a verdict asks for one: what comes next decides
            return False
    return same and because in {decision.because, decision.then}

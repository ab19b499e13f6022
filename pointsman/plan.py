"""What would happen to an event, and why. Touches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from control_plane.ports import ControlPlane
from pointsman.environment import Environment
from pointsman.functions import settings_of
from pointsman.places import SAMPLES, at_home
from pointsman.rehearsal.recording import Call, Clients
from pointsman.rehearsal.rooms import Result, act
from pointsman.rehearsal.stage import Look, RehearsalPlane, watched
from pointsman.rehearsal.state_file import StateFile
from pointsman.rehearsal.told import ToldPlane
from pointsman.rules import Rule, Rules, as_delivered


@dataclass(frozen=True)
class Planned:
    """What one room would do with an event that one rule sends it."""

    rule: Rule
    looks: tuple[Look, ...]
    results: tuple[Result, ...]
    calls: tuple[Call, ...]

    def is_on_record(self, result: Result) -> bool:
        """It was decided before, so nothing of it would be written."""
        written = {call.parameters.get("decision") for call in self.calls}
        return result.decision is not None and result.decision.id not in written


@dataclass(frozen=True)
class Planner:
    """Every event is planned as if it were the next."""

    rules: Rules
    source: StateFile | Environment
    clients: Clients

    @classmethod
    def of_file(cls, state: StateFile) -> "Planner":
        values = {"DataBucket": state.data_bucket, "AWS::AccountId": SAMPLES.account}
        return cls(Rules.of_template(values), state, Clients())

    @classmethod
    def of_environment(cls, environment: Environment) -> "Planner":
        """Raises NotDeployed."""
        return cls(Rules.of_environment(environment), environment, Clients(environment))

    def plan(self, event: Mapping[str, Any]) -> list[Planned]:
        """Empty where no rule wants the event."""
        here = self.as_it_comes(event)
        return [self._rehearse(rule, here) for rule in self.rules.reached(here)]

    def as_it_comes(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """An environment gets samples as its own events."""
        delivered = as_delivered(event)
        return at_home(delivered, self.source) if isinstance(self.source, Environment) else delivered

    def _rehearse(self, rule: Rule, event: Mapping[str, Any]) -> Planned:
        stage, script = watched(self._plane(rule), self.clients)
        results = act(rule.room, event, stage)
        return Planned(rule, tuple(script.looks), tuple(results), tuple(script.calls))

    def _plane(self, rule: Rule) -> ControlPlane:
        if isinstance(self.source, StateFile):
            return ToldPlane(self.source, self.clients)
        return RehearsalPlane(settings_of(self.source, rule.function), self.clients, self.source)

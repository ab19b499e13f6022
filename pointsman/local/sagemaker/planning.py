"""What an execution of a definition would do, before there is one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from pointsman.local.sagemaker import frontier
from pointsman.local.sagemaker.definition import Definition


@dataclass(frozen=True)
class Plan:
    """`waves`: steps by name, those of one wave side by side, each wave after the one before."""

    waves: tuple[tuple[str, ...], ...]
    status: str

    @property
    def steps(self) -> frozenset[str]:
        return frozenset(name for wave in self.waves for name in wave)


def plan(definition: Definition, outcomes: Mapping[str, bool] | None = None) -> Plan:
    """As the conditions turn out: `outcomes` by condition, True for those not named. All but Fail steps succeed."""
    given = outcomes or {}
    standings: dict[str, frontier.Standing] = {}
    waves = []
    while ready := frontier.ready(definition, standings):
        waves.append(tuple(step.name for step in ready))
        for step in ready:
            outcome = given.get(step.name, True) if step.type == "Condition" else None
            standings[step.name] = frontier.Standing("Failed" if step.type == "Fail" else "Succeeded", outcome)
    failed = any(standing.status == "Failed" for standing in standings.values())
    return Plan(tuple(waves), "Failed" if failed else "Succeeded")

"""Which steps may start now. Pure: a definition and where its steps stand go in, steps come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pointsman.local.sagemaker.definition import Definition, Dependency, Step, Trigger

_ENDS = {
    Trigger.COMPLETED: {"Succeeded"},
    Trigger.FAILED: {"Failed"},
    Trigger.STOPPED: {"Stopped"},
    Trigger.ANY: {"Succeeded", "Failed", "Stopped"},
}
_TERMINAL = _ENDS[Trigger.ANY]


@dataclass(frozen=True)
class Standing:
    """Where a begun step stands; `outcome` is a succeeded Condition's."""

    status: str
    outcome: bool | None = None


class _Prospect(Enum):
    NOW = "now"
    LATER = "later"
    NEVER = "never"


def ready(definition: Definition, standings: Mapping[str, Standing]) -> list[Step]:
    """Steps not begun whose dependencies have ended as they need and whose branch is taken, in the definition's order.

    Once a step has failed or stopped, only steps that wait for such an end (run conditions) start, and what follows
    from them: all others would be work for an execution that fails anyway.
    """
    broken = any(standing.status in {"Failed", "Stopped"} for standing in standings.values())
    recovery = _recovery(definition) if broken else None
    prospects: dict[str, _Prospect] = {}
    found = []
    for step in definition.steps.values():
        if step.name in standings:
            continue
        if definition.selected is not None and step.name not in definition.selected:
            prospects[step.name] = _Prospect.NEVER
            continue
        prospects[step.name] = _prospect(step, standings, prospects)
        if prospects[step.name] is _Prospect.NOW and (recovery is None or step.name in recovery):
            found.append(step)
    return found


def _recovery(definition: Definition) -> set[str]:
    names: set[str] = set()
    for step in definition.steps.values():
        follows = any(d.trigger is not Trigger.COMPLETED or d.step in names for d in step.dependencies)
        if follows or (step.branch is not None and step.branch.condition in names):
            names.add(step.name)
    return names


def _prospect(step: Step, standings: Mapping[str, Standing], prospects: Mapping[str, _Prospect]) -> _Prospect:
    found = {_of_dependency(dependency, standings, prospects) for dependency in step.dependencies}
    found.add(_of_branch(step, standings, prospects))
    for worst in (_Prospect.NEVER, _Prospect.LATER):
        if worst in found:
            return worst
    return _Prospect.NOW


def _of_dependency(
    dependency: Dependency, standings: Mapping[str, Standing], prospects: Mapping[str, _Prospect]
) -> _Prospect:
    standing = standings.get(dependency.step)
    if standing is None:
        return _Prospect.NEVER if prospects[dependency.step] is _Prospect.NEVER else _Prospect.LATER
    if standing.status not in _TERMINAL:
        return _Prospect.LATER
    return _Prospect.NOW if standing.status in _ENDS[dependency.trigger] else _Prospect.NEVER


def _of_branch(step: Step, standings: Mapping[str, Standing], prospects: Mapping[str, _Prospect]) -> _Prospect:
    if step.branch is None:
        return _Prospect.NOW
    evaluated = _of_dependency(Dependency(step.branch.condition), standings, prospects)
    if evaluated is not _Prospect.NOW:
        return evaluated
    taken = standings[step.branch.condition].outcome is step.branch.outcome
    return _Prospect.NOW if taken else _Prospect.NEVER

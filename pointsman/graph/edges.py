"""What leads from step to step in a definition. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pointsman.local.sagemaker.definition import Branch, Definition, Step, Trigger


@dataclass(frozen=True)
class Edge:
    """`label`: how a condition turned out, or which end of the source it takes; empty where it just succeeds."""

    source: str
    target: str
    label: str = ""


def edges(definition: Definition) -> list[Edge]:
    """DependsOn and references to properties; from a condition to the steps with which its branches begin."""
    found: dict[tuple[str, str], Edge] = {}
    for step in definition.steps.values():
        for edge in (*_branch(step, definition), *_dependencies(step)):
            found.setdefault((edge.source, edge.target), edge)
    return list(found.values())


def _branch(step: Step, definition: Definition) -> Iterator[Edge]:
    if step.branch is None:
        return
    before = [definition.steps[dependency.step].branch for dependency in step.dependencies]
    if not any(_lies_on(branch, step.branch, definition) for branch in before):
        yield Edge(step.branch.condition, step.name, str(step.branch.outcome).lower())


def _lies_on(inner: Branch | None, branch: Branch, definition: Definition) -> bool:
    """Whether what stands on `inner` stands on `branch`, too, by way of nested conditions."""
    while inner is not None and inner != branch:
        inner = definition.steps[inner.condition].branch
    return inner is not None


def _dependencies(step: Step) -> Iterator[Edge]:
    for dependency in step.dependencies:
        trigger = dependency.trigger
        yield Edge(dependency.step, step.name, "" if trigger is Trigger.COMPLETED else f"if {trigger.lower()}")

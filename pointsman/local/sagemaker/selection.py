"""Selective execution: some steps run, on results of an earlier execution. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html. A selected step whose condition is not
selected runs whatever that condition would say: our choice, as this is not documented.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pointsman.local.sagemaker.definition import Definition, Step
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape


def check(definition: Definition, selected: Sequence[str]) -> None:
    """Raises ValidationError for steps that aren't there, or where one between two selected ones is left out."""
    unknown = [name for name in selected if name not in definition.steps]
    if unknown:
        raise ValidationError(f"Invalid SelectedSteps: the pipeline has no steps [{', '.join(unknown)}]")
    chosen = set(selected)
    behind = _reached(definition, chosen)
    between = [name for name in _before(definition, chosen) if name in behind]
    if between:
        raise ValidationError(
            "Invalid SelectedSteps: all steps in all paths between two selected steps must be selected;"
            f" [{', '.join(between)}] are not"
        )


def outside_dependencies(definition: Definition, selected: Sequence[str]) -> dict[str, list[str]]:
    """The steps not selected that selected ones depend on directly, by selected step."""
    found = {
        name: [each.step for each in definition.steps[name].dependencies if each.step not in selected]
        for name in selected
    }
    return {name: steps for name, steps in found.items() if steps}


def reused(definition: Definition, selected: Sequence[str], ended: Mapping[str, Shape]) -> list[str]:
    """What is taken over: all that the selected steps depend on, as far as it succeeded in the source.

    `ended`: the source's steps. Raises ValidationError where a direct dependency did not succeed there.
    """
    succeeded = {name for name, step in ended.items() if step["StepStatus"] == "Succeeded"}
    for name, steps in outside_dependencies(definition, selected).items():
        missing = [step for step in steps if step not in succeeded]
        if missing:
            raise ValidationError(
                "Invalid SourcePipelineExecutionArn: in that execution the steps"
                f" [{', '.join(missing)}], on which '{name}' depends, have not succeeded"
            )
    return [name for name in _before(definition, set(selected)) if name in succeeded]


def reduced(definition: Definition, selected: Iterable[str]) -> Definition:
    """The definition in which only the selected steps wait for anything, and for each other only.

    The others stay, so that their properties can be referred to, but are never started.
    """
    chosen = set(selected)
    kept = {name: _alone(step, chosen) for name, step in definition.steps.items() if name in chosen}
    return replace(definition, steps={**definition.steps, **kept}, selected=frozenset(chosen))


def _alone(step: Step, chosen: set[str]) -> Step:
    branch = step.branch if step.branch is not None and step.branch.condition in chosen else None
    return replace(step, branch=branch, dependencies=tuple(each for each in step.dependencies if each.step in chosen))


def _needs(step: Step) -> list[str]:
    return [each.step for each in step.dependencies] + ([step.branch.condition] if step.branch else [])


def _before(definition: Definition, chosen: set[str]) -> list[str]:
    """Steps not chosen from which a path leads to a chosen one, in the definition's order."""
    found = set(chosen)
    for step in reversed(list(definition.steps.values())):  # each stands after all that it needs
        if step.name in found:
            found.update(_needs(step))
    return [name for name in definition.steps if name in found - chosen]


def _reached(definition: Definition, chosen: set[str]) -> set[str]:
    """Chosen steps, and all to which a path leads from one."""
    found = set(chosen)
    for step in definition.steps.values():
        if found.intersection(_needs(step)):
            found.add(step.name)
    return found

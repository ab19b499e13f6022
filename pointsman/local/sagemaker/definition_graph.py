"""What a definition's steps need of each other, and whether that can be given: references, scopes, cycles, order."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pointsman.local.sagemaker import paths
from pointsman.local.sagemaker.definition import Definition, Dependency, Step
from pointsman.local.sagemaker.definition_shapes import argument_problems, has_property
from pointsman.local.sagemaker.errors import DefinitionError, Problem
from pointsman.local.sagemaker.references import (
    EXECUTION_VARIABLES,
    GET,
    JOIN,
    Reference,
    expressions,
    is_function,
)

# What stands inside a ForEach step's body; it is that step's to resolve.
_ITERATION_SCOPES = {"ForEach", "IterationOutput"}


def checked(definition: Definition) -> Definition:
    """The same definition with implicit dependencies added and steps in order. Raises DefinitionError."""
    problems = [problem for step in definition.steps.values() for problem in _problems(step, definition)]
    if problems:
        raise DefinitionError(problems)
    linked = {step.name: _with_implicit_dependencies(step) for step in definition.steps.values()}
    order = _order(linked)
    return replace(definition, steps={name: linked[name] for name in order})


def _problems(step: Step, definition: Definition) -> Iterator[Problem]:
    yield from argument_problems(step)
    for position, dependency in enumerate(step.dependencies):
        yield from _step_problems(dependency.step, definition, f"{step.path}.DependsOn[{position}]")
    for path, function, argument in _expressions_of(step):
        if function == GET:
            yield from _reference_problems(argument, definition, path)
        elif function == JOIN:
            yield from _join_problems(argument, path)
        else:
            yield from _json_get_problems(argument, path)
    outputs = _output_names(step)
    for file in step.property_files.values():
        if outputs is not None and file.output_name not in outputs:
            yield Problem(
                f"{step.path}.PropertyFiles",
                f"'{file.name}' lies in output '{file.output_name}', which the step does not have",
            )


def _step_problems(name: str, definition: Definition, path: str) -> Iterator[Problem]:
    if name not in definition.steps:
        yield Problem(path, f"there is no step '{name}'")
    elif definition.steps[name].type == "Fail":
        yield Problem(path, f"a step can not depend on the Fail step '{name}'")


def _reference_problems(text: Any, definition: Definition, path: str) -> Iterator[Problem]:
    if not isinstance(text, str):
        yield Problem(path, f"Get takes a string, found {text!r}")
        return
    reference = Reference.parse(text)
    if reference.scope == "Parameters":
        if reference.name not in definition.parameters:
            yield Problem(path, f"there is no parameter '{reference.name}'")
    elif reference.scope == "Execution":
        if reference.name not in EXECUTION_VARIABLES:
            yield Problem(path, f"there is no execution variable '{reference.name}'")
    elif reference.scope == "Steps":
        yield from _property_problems(reference, definition, path)
    elif reference.scope not in _ITERATION_SCOPES:
        yield Problem(path, f"'{text}' starts with none of Parameters, Execution, Steps")


def _property_problems(reference: Reference, definition: Definition, path: str) -> Iterator[Problem]:
    found = list(_step_problems(reference.name, definition, path))
    yield from found
    if found:
        return
    if reference.property_file is not None:
        if reference.property_file not in definition.steps[reference.name].property_files:
            yield Problem(path, f"step '{reference.name}' has no property file '{reference.property_file}'")
        return
    try:
        known = has_property(definition.steps[reference.name], paths.parse(reference.path))
    except ValueError as error:
        yield Problem(path, f"no property of step '{reference.name}': {error}")
    else:
        if not known:
            kind = definition.steps[reference.name].type
            yield Problem(path, f"'{reference.path}' is not a property of {kind} step '{reference.name}'")


def _join_problems(argument: Any, path: str) -> Iterator[Problem]:
    if not isinstance(argument, dict) or not isinstance(argument.get("Values"), list):
        yield Problem(path, "Std:Join takes On (a string) and Values (a list)")
    elif not isinstance(argument.get("On", ""), str):
        yield Problem(f"{path}.On", "expected a string")


def _json_get_problems(argument: Any, path: str) -> Iterator[Problem]:
    if not isinstance(argument, dict) or not isinstance(argument.get("Path"), str):
        yield Problem(path, "Std:JsonGet takes Path (a string), with PropertyFile or S3Uri")
        return
    source = argument.get("PropertyFile")
    if "S3Uri" not in argument and not _names_property_file(source):
        yield Problem(f"{path}.PropertyFile", 'expected {"Get": "Steps.<step>.PropertyFiles.<name>"}')
    try:
        paths.parse(argument["Path"])
    except ValueError as error:
        yield Problem(f"{path}.Path", str(error))


def _names_property_file(value: Any) -> bool:
    return is_function(value, GET) and Reference.parse(str(value[GET])).property_file is not None


def _expressions_of(step: Step) -> Iterable[tuple[str, str, Any]]:
    """The step's own expressions: a Condition's nested steps have theirs, and a ForEach's body refers to itself."""
    if step.type == "ForEach":
        return ()
    return expressions({**step.body, "Arguments": step.arguments}, step.path)


def _output_names(step: Step) -> set[str] | None:
    """None where the outputs aren't written out."""
    config = step.arguments.get("ProcessingOutputConfig")
    outputs = config.get("Outputs") if isinstance(config, dict) else None
    if not isinstance(outputs, list):
        return None
    return {str(output.get("OutputName")) for output in outputs if isinstance(output, dict)}


def _with_implicit_dependencies(step: Step) -> Step:
    known = {dependency.step for dependency in step.dependencies}
    implied = dict.fromkeys(
        Reference.parse(argument).name
        for _, function, argument in _expressions_of(step)
        if function == GET and argument.startswith("Steps.")
    )
    added = tuple(Dependency(name) for name in implied if name not in known)
    return replace(step, dependencies=step.dependencies + added)


def _order(steps: dict[str, Step]) -> list[str]:
    sorter = TopologicalSorter({
        name: [dependency.step for dependency in step.dependencies] + ([step.branch.condition] if step.branch else [])
        for name, step in steps.items()
    })  # fmt: skip
    try:
        return list(sorter.static_order())
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        raise DefinitionError(
            [Problem(steps[cycle[0]].path, f"steps wait for each other: {' → '.join(cycle)}")]
        ) from error

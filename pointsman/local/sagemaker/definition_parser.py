"""From a definition's text to its types; every problem with the JSON path of its place."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pointsman.local.sagemaker import conditions, definition_graph, definition_policies
from pointsman.local.sagemaker.definition import (
    STEP_TYPES,
    Branch,
    Definition,
    Dependency,
    Parameter,
    ParameterType,
    PropertyFile,
    Step,
    Trigger,
)
from pointsman.local.sagemaker.errors import DefinitionError, Problem
from pointsman.local.sagemaker.shapes import Shape

VERSION = "2020-12-01"
_TOP_LEVEL = {"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps"}
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9\-_]{1,256}")
_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_BRANCHES = {"IfSteps": True, "ElseSteps": False}


def parse(text: str) -> Definition:
    """Raises DefinitionError with all that is wrong: structure first, then references, scopes and cycles."""
    try:
        return _parsed(json.loads(text))
    except ValueError as error:
        raise DefinitionError([Problem("$", f"not valid JSON: {error}")]) from error
    except RecursionError as error:
        raise DefinitionError([Problem("$", "nested too deeply")]) from error


def _parsed(document: Any) -> Definition:
    parser = _Parser()
    parsed = parser.definition(document)
    try:
        return parser.checked(parsed)
    except DefinitionError as error:
        named = [replace(problem, step=_step_at(problem.path, parsed)) for problem in error.problems]
        raise DefinitionError(named) from error


def _step_at(path: str, definition: Definition) -> str | None:
    """The innermost step in which a path lies."""
    around = [step for step in definition.steps.values() if path == step.path or path.startswith(f"{step.path}.")]
    return max(around, key=lambda step: len(step.path)).name if around else None


class _Parser:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def definition(self, document: Any) -> Definition:
        body = self._structure(document, "$")
        if body.get("Version") != VERSION:
            self._report("$.Version", f"expected '{VERSION}', found {body.get('Version')!r}")
        for key in body:
            # The SDK writes what is unset as null, under keys that older services don't know.
            if key not in _TOP_LEVEL and body[key] is not None:
                self._report(f"$.{key}", f"unknown key; expected one of {', '.join(sorted(_TOP_LEVEL))}")
        parameters = [self._parameter(*entry) for entry in self._entries(body, "Parameters", "$")]
        if "Steps" not in body:
            self._report("$", "Steps is missing")
        steps = list(self._steps(body, "Steps", "$", branch=None))
        self._unique([(parameter.name, "parameter", "$.Parameters") for parameter in parameters])
        self._unique([(step.name, "step", step.path) for step in steps])
        return Definition(
            parameters={parameter.name: parameter for parameter in parameters},
            steps={step.name: step for step in steps},
            experiment=self._structure(body.get("PipelineExperimentConfig") or {}, "$.PipelineExperimentConfig")
            or None,
        )

    def checked(self, definition: Definition) -> Definition:
        if self.problems:
            raise DefinitionError(self.problems)
        return definition_graph.checked(definition)

    def _parameter(self, entry: Any, path: str) -> Parameter:
        body = self._structure(entry, path)
        name = self._name(body, path, _PARAMETER_NAME)
        if body.get("Type") not in list(ParameterType):
            self._report(f"{path}.Type", f"expected one of {', '.join(ParameterType)}, found {body.get('Type')!r}")
            return Parameter(name, ParameterType.STRING)
        kind = ParameterType(body["Type"])
        default = body.get("DefaultValue")
        if default is not None and not kind.admits(default):
            self._report(f"{path}.DefaultValue", f"expected a value of type {kind}, found {default!r}")
        allowed = tuple(value for value, _ in self._entries(body, "EnumValues", path))
        for value in allowed:
            if not kind.admits(value):
                self._report(f"{path}.EnumValues", f"expected values of type {kind}, found {value!r}")
        if allowed and default is not None and default not in allowed:
            self._report(f"{path}.DefaultValue", f"{default!r} is not one of EnumValues {list(allowed)}")
        return Parameter(name, kind, default, allowed)

    def _steps(self, parent: Shape, key: str, path: str, branch: Branch | None) -> Iterator[Step]:
        for entry, place in self._entries(parent, key, path):
            body = self._structure(entry, place)
            step = self._step(body, place, branch)
            yield step
            if step.type == "Condition":
                arguments = body.get("Arguments")
                nested = arguments if isinstance(arguments, dict) else {}
                for side, outcome in _BRANCHES.items():
                    yield from self._steps(nested, side, f"{place}.Arguments", Branch(step.name, outcome))

    def _step(self, body: Shape, path: str, branch: Branch | None) -> Step:
        kind = body.get("Type")
        if not isinstance(kind, str) or kind not in STEP_TYPES:
            self._report(
                f"{path}.Type", f"{kind!r} is not a step type; expected one of {', '.join(sorted(STEP_TYPES))}"
            )
        arguments = dict(self._structure(body.get("Arguments") or {}, f"{path}.Arguments"))
        if kind == "Condition":
            arguments = {key: value for key, value in arguments.items() if key not in _BRANCHES}
            self.problems.extend(conditions.problems(arguments.get("Conditions"), f"{path}.Arguments.Conditions"))
        return Step(
            name=self._name(body, path, _STEP_NAME),
            type=str(kind),
            path=path,
            arguments=arguments,
            body=body,
            display_name=body.get("DisplayName"),
            description=body.get("Description"),
            dependencies=tuple(self._dependency(*entry) for entry in self._entries(body, "DependsOn", path)),
            branch=branch,
            property_files=self._property_files(body, path),
            cache=definition_policies.cache_policy(body, path, self._report),
            retries=definition_policies.retry_policies(body, path, self._report),
        )

    def _dependency(self, entry: Any, path: str) -> Dependency:
        if isinstance(entry, str):
            return Dependency(entry)
        body = self._structure(entry, path)
        if body.get("Trigger") not in list(Trigger) or not isinstance(body.get("Step"), str):
            self._report(path, f"expected a step's name, or Step with Trigger (one of {', '.join(Trigger)})")
            return Dependency("")
        return Dependency(body["Step"], Trigger(body["Trigger"]))

    def _property_files(self, body: Shape, path: str) -> dict[str, PropertyFile]:
        files = {}
        for entry, place in self._entries(body, "PropertyFiles", path):
            file = self._structure(entry, place)
            missing = [
                key for key in ("PropertyFileName", "OutputName", "FilePath") if not isinstance(file.get(key), str)
            ]
            if missing:
                self._report(place, f"{' and '.join(missing)} missing")
            else:
                files[file["PropertyFileName"]] = PropertyFile(
                    file["PropertyFileName"], file["OutputName"], file["FilePath"]
                )
        return files

    def _name(self, body: Shape, path: str, pattern: re.Pattern[str]) -> str:
        name = body.get("Name")
        if not isinstance(name, str) or not pattern.fullmatch(name):
            self._report(f"{path}.Name", f"{name!r} does not match {pattern.pattern}")
        return str(name)

    def _entries(self, parent: Shape, key: str, path: str) -> Iterator[tuple[Any, str]]:
        value = parent.get(key) or []
        if not isinstance(value, list):
            self._report(f"{path}.{key}", "expected a list")
            return
        for position, entry in enumerate(value):
            yield entry, f"{path}.{key}[{position}]"

    def _structure(self, value: Any, path: str) -> Shape:
        if isinstance(value, dict):
            return value
        self._report(path, "expected an object")
        return {}

    def _unique(self, names: list[tuple[str, str, str]]) -> None:
        seen: dict[str, str] = {}
        for name, noun, path in names:
            if name in seen:
                self._report(path, f"the {noun} name '{name}' is used more than once (also at {seen[name]})")
            seen.setdefault(name, path)

    def _report(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

"""`Get`, `Std:Join` and `Std:JsonGet`: found in a definition, and given their values in a run."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pointsman.local.sagemaker import paths
from pointsman.local.sagemaker.errors import UnresolvedReferenceError

GET, JOIN, JSON_GET = "Get", "Std:Join", "Std:JsonGet"

EXECUTION_VARIABLES = frozenset({
    "StartDateTime",
    "CurrentDateTime",
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "TrainingJobName",
    "ProcessingJobName",
})  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """What one `Get` names: `Parameters.<name>`, `Execution.<name>` or `Steps.<name>.<path>`."""

    scope: str
    name: str
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        scope, _, rest = text.partition(".")
        if scope != "Steps":
            return cls(scope, rest)
        cut = min((position for position in (rest.find("."), rest.find("[")) if position >= 0), default=len(rest))
        return cls(scope, rest[:cut], rest[cut:].removeprefix("."))

    @property
    def property_file(self) -> str | None:
        """The property file's name, where the path is `PropertyFiles.<name>`."""
        head, _, name = self.path.partition(".")
        return name if head == "PropertyFiles" and name else None


def is_function(value: Any, name: str) -> bool:
    return isinstance(value, dict) and len(value) == 1 and name in value


def is_expression(value: Any) -> bool:
    return any(is_function(value, name) for name in (GET, JOIN, JSON_GET))


def expressions(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """Every expression inside `value`: its JSON path, its function's name, its argument. Outer ones first."""
    if isinstance(value, dict):
        for name in (GET, JOIN, JSON_GET):
            if is_function(value, name):
                yield path, name, value[name]
        for key, item in value.items():
            yield from expressions(item, f"{path}.{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from expressions(item, f"{path}[{position}]")


@dataclass(frozen=True)
class Resolver:
    """Values of one execution at one moment.

    `properties` gives a finished step's Describe* shape, `property_file` the parsed JSON of a step's property file, and
    `s3_json` that of an S3 object; all raise UnresolvedReferenceError where there is none.
    """

    parameters: Mapping[str, Any]
    variables: Mapping[str, str]
    properties: Callable[[str], Any]
    property_file: Callable[[str, str], Any]
    s3_json: Callable[[str], Any]

    def resolve(self, value: Any) -> Any:
        if is_function(value, GET):
            return self._get(str(value[GET]))
        if is_function(value, JOIN):
            return self._join(value[JOIN])
        if is_function(value, JSON_GET):
            return self._json_get(value[JSON_GET])
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        return value

    def _get(self, text: str) -> Any:
        reference = Reference.parse(text)
        if reference.scope == "Parameters" and reference.name in self.parameters:
            return self.parameters[reference.name]
        if reference.scope == "Execution" and reference.name in self.variables:
            return self.variables[reference.name]
        if reference.scope != "Steps":
            raise UnresolvedReferenceError(f"Unable to resolve reference '{text}'")
        try:
            return paths.follow(self.properties(reference.name), paths.parse(reference.path))
        except (KeyError, ValueError) as error:
            raise UnresolvedReferenceError(
                f"Unable to resolve reference '{text}': step '{reference.name}' has no property '{reference.path}'"
            ) from error

    def _join(self, argument: Any) -> str:
        return str(argument.get("On", "")).join(as_text(self.resolve(item)) for item in argument["Values"])

    def _json_get(self, argument: Any) -> Any:
        if "S3Uri" in argument:
            source = as_text(self.resolve(argument["S3Uri"]))
            document = self.s3_json(source)
        else:
            reference = Reference.parse(str(argument["PropertyFile"][GET]))
            source = f"property file '{reference.property_file}' of step '{reference.name}'"
            document = self.property_file(reference.name, str(reference.property_file))
        try:
            return paths.follow(document, paths.parse(str(argument["Path"])))
        except KeyError as error:
            missing = error.args[0]
            raise UnresolvedReferenceError(
                f"Invalid json path '{argument['Path']}': {source} has nothing at '{missing}'"
            ) from error


def as_text(value: Any) -> str:
    """A value inside a Std:Join: booleans in lower case, whole numbers plain."""
    if isinstance(value, str):
        return value
    return json.dumps(value)

"""Model specs from YAML files, with every error at its line."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from control_plane.models import ModelSpec
from pointsman.errors import InvalidSpec

_REFERENCE = re.compile(r"\$\{([^}]*)\}")


def load_specs(paths: Sequence[Path], references: Mapping[str, str]) -> dict[Path, ModelSpec]:
    """Read all of the files. `references` are the stack's outputs that a file may name as `${Name}`.

    Raises InvalidSpec, which tells every error of every file, so that one round of mending is enough.
    """
    specs: dict[Path, ModelSpec] = {}
    problems: list[str] = []
    for path in paths:
        try:
            specs[path] = _load(path, references)
        except InvalidSpec as error:
            problems.append(str(error))
    for path, spec in specs.items():
        twins = [other for other, its in specs.items() if its.model == spec.model and other < path]
        problems += [f"{path}: model {spec.model!r} is also the model of {twin}" for twin in twins]
    if problems:
        raise InvalidSpec("\n".join(problems))
    return specs


def place(path: Path, field: Sequence[str | int]) -> str:
    """`FILE:LINE: FIELD` of a file that could be loaded."""
    _, root = _composed(path)
    return f"{path}:{_line(root, field)}: {'.'.join(map(str, field))}"


def _load(path: Path, references: Mapping[str, str]) -> ModelSpec:
    text, root = _composed(path)
    problems = [*_duplicates(path, root), *_unknown_references(path, text, references)]
    if problems:
        raise InvalidSpec("\n".join(problems))
    try:
        return ModelSpec.model_validate(_resolved(yaml.safe_load(text), references))
    except ValidationError as error:
        raise InvalidSpec("\n".join(_described(path, root, problem) for problem in error.errors())) from error
    except yaml.MarkedYAMLError as error:  # a tag such as !Ref, which only CloudFormation knows
        raise _not_yaml(path, error) from error
    except (ValueError, TypeError) as error:  # a date that no calendar has, a key that is a list
        raise InvalidSpec(f"{path}:1: {error}") from error


def _composed(path: Path) -> tuple[str, Node]:
    """The text and its nodes, which know their lines."""
    try:
        text = path.read_text()
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise InvalidSpec(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidSpec(f"{path}: not UTF-8 text, at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from error
    except yaml.YAMLError as error:  # a character that YAML doesn't allow
        raise InvalidSpec(f"{path}:1: {error}") from error
    if not isinstance(root, MappingNode):
        raise InvalidSpec(f"{path}:1: expected a mapping that begins with `model: NAME`")
    return text, root


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> InvalidSpec:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return InvalidSpec(f"{path}:{line}: {error.problem}")


def _described(path: Path, root: Node, problem: Any) -> str:
    where = problem["loc"]
    field = ".".join(str(part) for part in where)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = "no such field"
    elif problem["type"] != "missing" and not isinstance(problem["input"], dict):
        message += f" (found {problem['input']!r})"
    return f"{path}:{_line(root, where)}: {field + ': ' if field else ''}{message}"


def _line(node: Node, where: Sequence[str | int]) -> int:
    """The line of the field, or where it is missing, of the deepest thing that would hold it."""
    line = node.start_mark.line + 1
    for part in where:
        if isinstance(node, MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _duplicates(path: Path, node: Node, field: str = "") -> list[str]:
    """YAML's loaders let the last of two equal keys win in silence."""
    problems: list[str] = []
    children = node.value if isinstance(node, MappingNode) else []
    seen: set[str] = set()
    for key, value in children:
        name = f"{field}{key.value}"
        if str(key.value) in seen:
            problems.append(f"{path}:{key.start_mark.line + 1}: {name}: set twice")
        seen.add(str(key.value))
        problems += _duplicates(path, value, f"{name}.")
    return problems


def _unknown_references(path: Path, text: str, references: Mapping[str, str]) -> list[str]:
    known = ", ".join(f"${{{name}}}" for name in sorted(references))
    return [
        f"{path}:{number}: ${{{name}}} is not an output of the stack; there are {known}"
        for number, line in enumerate(text.splitlines(), 1)
        for name in _REFERENCE.findall(line.partition(" #")[0])
        if name not in references
    ]


def _resolved(value: Any, references: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _REFERENCE.sub(lambda found: references[found[1]], value)
        case list():
            return [_resolved(item, references) for item in value]
        case dict():
            return {key: _resolved(item, references) for key, item in value.items()}
    return value

"""What the template allows to roles, as a reviewer reads it. What it denies, nobody need use."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.template import TEMPLATE, resources


@dataclass(frozen=True)
class Statement:
    """`holder`: the logical id of the role or the managed policy; `number` counts a holder's statements.

    `why`: the comment at its Effect. `resources`: as the template writes them, without the intrinsics.
    """

    holder: str
    number: int
    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditional: tuple[bool, ...]
    """Of each resource: whether it is there only under a condition of the template's."""

    @property
    def key(self) -> str:
        return f"{self.holder}/{self.number}"


def statements() -> list[Statement]:
    return [
        _statement(name, number, statement)
        for name, resource in resources().items()
        for number, statement in enumerate(_documented(resource))
        if statement["Effect"] == "Allow"
    ]


def _documented(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::IAM::ManagedPolicy":
            yield from properties["PolicyDocument"]["Statement"]
        case "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                yield from policy["PolicyDocument"]["Statement"]


def _statement(holder: str, number: int, statement: Any) -> Statement:
    found = _listed(statement["Resource"])
    return Statement(
        holder,
        number,
        _comment(statement.start_mark.line),
        tuple(str(action) for action in _listed(statement["Action"])),
        tuple(_written(resource) for resource in found),
        tuple("Fn::If" in resource for resource in found),
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _written(resource: Any) -> str:
    match resource:
        case {"Fn::Sub": text}:
            return str(text)
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::If": [condition, there, _]}:
            return f"{_written(there)} ({condition})"
    return str(resource)


def _comment(line: int) -> str:
    """At the line or, where an anchor has one of its own, at the next."""
    for text in TEMPLATE.read_text().splitlines()[line : line + 2]:
        if "Effect:" in text:
            return text.partition("#")[2].strip()
    return ""

"""The template's rules: which room an event reaches, and why it doesn't reach another."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pointsman.checkout import project_root
from pointsman.environment import Environment
from pointsman.errors import NotFound
from pointsman.places import Place

_STACK = "${AWS::StackName}-"
_REFERENCE = re.compile(r"\$\{([\w:]+)\}")
# What EventBridge Scheduler sends where a schedule has no input of its own.
_SCHEDULED = {"source": ["aws.scheduler"], "detail-type": ["Scheduled Event"]}


@dataclass(frozen=True)
class Rule:
    """`name` is without the stack's name before it. `function` is the room's logical id; `queue` that of the queue
    which its events go through, if they do.
    """

    name: str
    room: str
    function: str
    pattern: Mapping[str, Any]
    queue: str | None = None

    def matches(self, event: Mapping[str, Any]) -> bool:
        return _matches(self.pattern, event)

    def mismatch(self, event: Mapping[str, Any]) -> str | None:
        """The first field, in the pattern's order, that keeps the event from matching; None where it matches."""
        for path, part in _parts(self.pattern):
            if not _matches(part, event):
                *above, name = path
                wanted = f"the rule wants {_shown(_at(part, path))}"
                if name == "$or":
                    return f"{'.'.join(above)} is none of the rule's alternatives; {wanted}"
                return f"{'.'.join(path)} is {_shown(_at(event, path))}; {wanted}"
        return None if self.matches(event) else "each field matches, but no alternative of $or does as a whole"


@dataclass(frozen=True)
class Rules:
    """All of the template's, in its order."""

    rules: tuple[Rule, ...]

    @classmethod
    def of_template(cls, values: Mapping[str, str]) -> "Rules":
        """`values` are those of parameters and resources that patterns refer to; parameters have defaults."""
        template = _template(project_root() / "template.yaml")
        defaults = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()}
        return cls(tuple(_rules(template["Resources"], defaults | dict(values))))

    @classmethod
    def of_environment(cls, environment: Environment) -> "Rules":
        """Raises NotDeployed."""
        account = {"AWS::AccountId": Place.of(environment).account}
        return cls.of_template(environment.parameters | environment.outputs | account)

    def reached(self, event: Mapping[str, Any]) -> list[Rule]:
        return [rule for rule in self.rules if rule.matches(event)]

    def named(self, name: str) -> Rule:
        """With or without the stack's name before it. Raises NotFound."""
        found = [rule for rule in self.rules if rule.name == name or name.endswith(f"-{rule.name}")]
        if not found:
            raise NotFound(f"no rule {name!r}; the template has {', '.join(rule.name for rule in self.rules)}")
        return max(found, key=lambda rule: len(rule.name))


def room_functions() -> dict[str, str]:
    """The logical ids of the rooms' functions, by room."""
    resources = _template(project_root() / "template.yaml")["Resources"]
    functions = {name: each for name, each in resources.items() if each["Type"] == "AWS::Serverless::Function"}
    return {_room(each["Properties"]): name for name, each in functions.items()}


def as_delivered(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """A documented example has `source` twice, in JSON a list; on the bus there is one."""
    source = event.get("source")
    return {**event, "source": source[0]} if isinstance(source, list) and source else event


def _matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    from pointsman.local.aws.ministack import pattern_matches

    return pattern_matches(pattern, as_delivered(event))


class _TemplateLoader(yaml.SafeLoader):
    """With CloudFormation's short forms as their long ones."""


def _long_form(loader: _TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _long_form)


@cache
def _template(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(), Loader=_TemplateLoader))  # noqa: S506  it is a SafeLoader


def _rules(resources: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[Rule]:
    receivers = dict(_queues(resources))
    for each in resources.values():
        if each["Type"] == "AWS::Events::Rule":
            properties = each["Properties"]
            for target in properties["Targets"]:
                queue = target["Arn"]["Fn::GetAtt"][0]
                name, pattern = _name(properties["Name"]), _resolved(properties["EventPattern"], values)
                yield Rule(name, *receivers[queue], pattern, queue)
    for function, properties, trigger in _triggers(resources):
        room = _room(properties)
        if trigger["Type"] == "EventBridgeRule":
            pattern = _resolved(trigger["Properties"]["Pattern"], values)
            yield Rule(_name(trigger["Properties"]["RuleName"]), room, function, pattern)
        elif trigger["Type"] == "ScheduleV2":
            yield Rule("every-minute", room, function, _SCHEDULED)


def _queues(resources: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The queues that a function reads, with its room and its id."""
    for function, properties, trigger in _triggers(resources):
        if trigger["Type"] == "SQS":
            yield trigger["Properties"]["Queue"]["Fn::GetAtt"][0], (_room(properties), function)


def _triggers(resources: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for function, each in resources.items():
        if each["Type"] == "AWS::Serverless::Function":
            for trigger in each["Properties"].get("Events", {}).values():
                yield function, each["Properties"], trigger


def _room(properties: Mapping[str, Any]) -> str:
    return str(properties["Handler"]).partition(".")[0]


def _name(name: Mapping[str, str]) -> str:
    return name["Fn::Sub"].removeprefix(_STACK)


def _resolved(pattern: Any, values: Mapping[str, str]) -> Any:
    match pattern:
        case {"Ref": name}:
            return values[name]
        case {"Fn::Sub": text}:
            return _REFERENCE.sub(lambda found: values[found[1]], text)
        case {"Fn::Split": [separator, whole]}:
            return _resolved(whole, values).split(separator)
        case dict():
            return {name: _resolved(part, values) for name, part in pattern.items()}
        case list():
            return [_resolved(part, values) for part in pattern]
        case _:
            return pattern


def _parts(pattern: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The pattern's fields, each as a pattern of its own. An $or is one."""
    for name, wanted in pattern.items():
        path = (*above, name)
        if isinstance(wanted, dict):
            yield from _parts(wanted, path)
        else:
            part: dict[str, Any] = {name: wanted}
            for outer in reversed(above):
                part = {outer: part}
            yield path, part


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _shown(value: Any) -> str:
    return "missing" if value is None else json.dumps(value)

"""Which operation a request asks for, by AWS's own service models."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import OperationModel

from pointsman.local.faults.checks import SERVICES, service_models

# MiniStack knows services by the names that requests are signed with.
_SIGNED = {"monitoring": "cloudwatch", "states": "stepfunctions"}
_CBOR_PATH = re.compile(r"/service/\w+/operation/(\w+)")
_LABEL = re.compile(r"\{\w+(\+?)\}")


def service_name(signed: str) -> str:
    """As botocore and the AWS CLI have it."""
    return _SIGNED.get(signed, signed)


def operation_name(service: str, method: str, path: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> str:
    """Empty where none is found. `headers`: names in lower case; `query`: of the URL and of a form-encoded body."""
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    if action := query.get("Action"):
        return str(action[0] if isinstance(action, list) else action)
    if found := _CBOR_PATH.fullmatch(path):
        return found[1]
    if service not in SERVICES:
        return ""
    fitting = [route for route in _routes(service) if route.fits(method, path, headers, query)]
    return max(fitting, key=lambda route: route.narrowness).operation if fitting else ""


@dataclass(frozen=True)
class _Route:
    """How a REST operation is asked for: its path, and what of query and headers it can't do without."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: frozenset[tuple[str, str]]
    headers: frozenset[str]
    literals: int

    @property
    def narrowness(self) -> tuple[int, int]:
        return self.literals, len(self.query) + len(self.headers)

    def fits(self, method: str, path: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> bool:
        return (
            method == self.method
            and self.path.fullmatch(path) is not None
            and self.headers <= headers.keys()
            and all(name in query and (not value or value in query[name]) for name, value in self.query)
        )


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    return tuple(
        _route(model.operation_model(name)) for model in service_models(service) for name in model.operation_names
    )


def _route(operation: OperationModel) -> _Route:
    path, _, fixed = operation.http["requestUri"].partition("?")
    pattern = "".join(_pattern(path.rstrip("/") or "/"))
    queries = {(name, value) for name, _, value in (part.partition("=") for part in fixed.split("&") if part)}
    return _Route(
        operation=operation.name,
        method=operation.http["method"],
        path=re.compile(f"{pattern}/?"),
        query=frozenset(queries | {(name, "") for name in _needed(operation, "querystring")}),
        headers=frozenset(name.lower() for name in _needed(operation, "header")),
        literals=sum(not part.startswith("{") for part in path.split("/") if part),
    )


def _pattern(path: str) -> Iterator[str]:
    end = 0
    for label in _LABEL.finditer(path):
        yield re.escape(path[end : label.start()])
        yield ".+" if label[1] else "[^/]+"
        end = label.end()
    yield re.escape(path[end:])


def _needed(operation: OperationModel, location: str) -> list[str]:
    shape = operation.input_shape
    if shape is None:
        return []
    members = [shape.members[name] for name in shape.required_members]
    return [member.serialization["name"] for member in members if member.serialization.get("location") == location]

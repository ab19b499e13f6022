"""What each request needs of its role's policies: what can't be taken away without denying it.

By MiniStack's evaluator, which has allowed it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ministack.core.iam_evaluator import EvalContext, ParsedStatement, evaluate, parse_policy_document

from tests.permissions.deployed import Policies


@dataclass(frozen=True)
class Request:
    """One that was allowed; `keys` are those of its conditions."""

    role: str
    action: str
    resource: str
    keys: tuple[tuple[str, str | tuple[str, ...]], ...] = ()

    @classmethod
    def recorded(cls, line: Mapping[str, Any]) -> "Request":
        keys = ((key, tuple(value) if isinstance(value, list) else value) for key, value in line["keys"].items())
        return cls(line["role"], line["action"], line["resource"], tuple(sorted(keys)))


@dataclass(frozen=True, order=True)
class Part:
    """Of what a holder allows: all of a statement, an action or a resource of it; or a role's holding it at all.

    `place`: the action's or resource's in its list; the role's name for `attached`.
    """

    statement: str
    kind: str
    place: int | str = 0


type Uses = dict[Part, set[str]]
"""The tests that need a part."""


def uses(requests: Mapping[Request, Iterable[str]], roles: Mapping[str, Policies]) -> Uses:
    """`requests`: with the tests that made them. Those of other roles than these say nothing of the template."""
    found: Uses = defaultdict(set)
    parsed = {role: dict(_parsed(policies)) for role, policies in roles.items()}
    for request, tests in requests.items():
        if request.role in parsed:
            for part in _needed(request, parsed[request.role], next(iter(roles[request.role]))):
                found[part].update(tests)
    return dict(found)


def _parsed(policies: Policies) -> Iterator[tuple[str, ParsedStatement]]:
    for holder, statements in policies.items():
        for number, statement in enumerate(statements):
            (parsed,) = parse_policy_document({"Statement": [statement]})
            yield f"{holder}/{number}", parsed


def _needed(request: Request, statements: Mapping[str, ParsedStatement], role: str) -> Iterator[Part]:
    if not _is_allowed(request, statements.values()):
        return  # by another policy than the role's own
    for key, statement in statements.items():
        if not _is_allowed(request, [statement]):
            continue
        others = [other for name, other in statements.items() if name != key]
        for part, lesser in _lesser(key, statement):
            if not _is_allowed(request, [*others, *lesser]):
                yield part
        holder = key.partition("/")[0]
        if holder != role and not _is_allowed(
            request, [other for name, other in statements.items() if name.partition("/")[0] != holder]
        ):
            yield Part(holder, "attached", role)


def _lesser(key: str, statement: ParsedStatement) -> Iterator[tuple[Part, list[ParsedStatement]]]:
    """What is left of it when a part of it is taken away."""
    yield Part(key, "statement"), []
    for kind, listed in (("action", statement.actions), ("resource", statement.resources)):
        for place in range(len(listed)):
            left = [*listed[:place], *listed[place + 1 :]]
            yield Part(key, kind, place), [replace(statement, **{f"{kind}s": left})] if left else []


def _is_allowed(request: Request, statements: Iterable[ParsedStatement]) -> bool:
    context = EvalContext(
        principal_arn=f"arn:aws:sts::000000000000:assumed-role/{request.role}/session",
        principal_type="AssumedRole",
        principal_account="000000000000",
        action=request.action,
        resource_arn=request.resource,
        region="us-east-1",
        secure_transport=True,
        service_context={key: list(value) if isinstance(value, tuple) else value for key, value in request.keys},
    )
    return bool(evaluate(context, [list(statements)]).decision == "Allow")

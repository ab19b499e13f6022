"""Adds a service of ours to MiniStack: its requests are routed to a plain function, and IAM is enforced for it."""

import asyncio
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pointsman.local.aws.ministack import MiniStack

logger = logging.getLogger(__name__)

type Response = tuple[int, dict[str, str], bytes]
type Handler = Callable[[str, str, Mapping[str, str], bytes], Response]
"""Takes operation, path, headers (names in lower case) and body. Called on several threads at once."""


@dataclass(frozen=True)
class Permission:
    """To do an action on a resource. `keys`: what a statement's conditions may ask for, by name."""

    action: str
    resource: str
    keys: Mapping[str, str] = field(default_factory=dict)


def _nothing_more(_operation: str, _body: bytes, _region: str, _account: str) -> list[Permission]:
    return []


@dataclass(frozen=True)
class Service:
    """How a service's requests are recognised and authorised.

    `paths` names the operations that have a path instead of an X-Amz-Target header.
    `resource_arn` takes operation, path, body, region and account, and says what an operation works on ('*': nothing
    in particular), for the `Resource` of a policy's statements. `further` takes operation, body, region and account,
    and says what its caller must be allowed beside that.
    """

    name: str
    target_prefix: str
    resource_arn: Callable[[str, str, bytes, str, str], str]
    paths: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    denied_code: str = "AccessDeniedException"
    further: Callable[[str, bytes, str, str], list[Permission]] = _nothing_more

    def operation(self, path: str, headers: Mapping[str, str]) -> str:
        """Empty when the request is none of ours."""
        target = headers.get("x-amz-target", "")
        if target.startswith(self.target_prefix):
            return target.removeprefix(self.target_prefix)
        return next((name for name, pattern in self.paths.items() if pattern.fullmatch(path)), "")


class AddedServices:
    """The services added to one MiniStack."""

    def __init__(self, ministack: MiniStack) -> None:
        self._ministack = ministack
        self._services: dict[str, Service] = {}
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="service")
        self._action, self._resource = (
            ministack.iam_actions.extract_iam_action,
            ministack.iam_actions.extract_resource_arn,
        )
        ministack.iam_actions.extract_iam_action = self._extract_action
        ministack.iam_actions.extract_resource_arn = self._extract_resource
        ministack.iam_actions.access_denied_response = self._naming_the_resource(
            ministack.iam_actions.access_denied_response
        )
        for name in ("fix_error_content_type", "fix_success_content_type"):
            setattr(ministack.app, name, self._but_for_ours(getattr(ministack.app, name)))

    def add(self, service: Service, handler: Handler) -> None:
        """From now on requests signed for the service, or with its target prefix, go to the handler."""
        self._services[service.name] = service
        self._ministack.router.SERVICE_PATTERNS[service.name] = {
            "target_prefixes": [service.target_prefix],
            "credential_scope": service.name,
        }
        self._ministack.app.SERVICE_HANDLERS[service.name] = self._adapter(service, handler)
        self._ministack.iam_actions.SERVICE_TO_IAM_NAMESPACE[service.name] = service.name
        self._ministack.iam_actions._DENIED_CODES[service.name] = service.denied_code  # noqa: SLF001

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _but_for_ours(
        self, fix: Callable[[str, int, dict[str, str]], None]
    ) -> Callable[[str, int, dict[str, str]], None]:
        """MiniStack takes JSON for an envelope and names its type by the service; a model's JSON is the model's own."""

        def fixed(service: str, status: int, headers: dict[str, str]) -> None:
            if service not in self._services:
                fix(service, status, headers)

        return fixed

    def _naming_the_resource(self, respond: Callable[..., Response]) -> Callable[..., Response]:
        """MiniStack leaves it out where it doesn't know the service to name it."""

        def denied(service: str, action: str, principal_arn: str, *rest: Any, **named: Any) -> Response:
            if service in self._services and not named.get("message") and "resource_arn" in named:
                named["message"] = self._ministack.iam_actions.identity_denial_message(
                    action, principal_arn, named["resource_arn"], named.get("explicit_deny", False)
                )
            return respond(service, action, principal_arn, *rest, **named)

        return denied

    def _adapter(self, service: Service, handler: Handler) -> Callable[..., Any]:
        async def handle(_method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Response:
            operation = service.operation(path, headers)
            region, account = self._ministack.responses.get_region(), self._ministack.account
            for permission in service.further(operation, body, region, account):
                if denial := self._denial(service, permission, headers, query, region):
                    return denial
            # Off the loop: a slow answer holds up nobody else.
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, handler, operation, path, headers, body
            )

        return handle

    def _denial(
        self, service: Service, permission: Permission, headers: Mapping[str, str], query: Any, region: str
    ) -> Response | None:
        access_key = self._ministack.router.extract_access_key_id(headers, query)
        denied = self._ministack.iam_evaluator.enforce(
            access_key,
            permission.action,
            service.name,
            region,
            resource_arn=permission.resource,
            service_context={name.lower(): value for name, value in permission.keys.items()},
        )
        if not denied:
            return None
        answer: Response = self._ministack.iam_actions.access_denied_response(
            service.name,
            permission.action,
            denied.principal_arn,
            str(uuid.uuid4()),
            headers=headers,
            resource_arn=permission.resource,
            explicit_deny=denied.decision == "Deny",
        )
        return answer

    def _extract_action(  # noqa: PLR0917  MiniStack's signature
        self, service: str, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any
    ) -> str | None:
        if added := self._services.get(service):
            # An unknown operation is still an action: a policy has to allow it, and none does.
            return f"{service}:{added.operation(path, headers) or 'Unknown'}"
        return self._action(service, method, path, headers, body, query)  # type: ignore[no-any-return]

    def _extract_resource(  # noqa: PLR0917  MiniStack's signature
        self,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Any,
        region: str,
        account: str,
    ) -> str:
        if added := self._services.get(service):
            return added.resource_arn(added.operation(path, headers), path, body, region, account)
        arn = self._resource(service, method, path, headers, body, query, region, account)
        return str(arn)

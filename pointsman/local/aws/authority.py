"""What roles may do: asked by services that act for one, and written down for whoever looks for what is never used."""

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pointsman.local.aws.ministack import MiniStack
from pointsman.local.aws.services import Permission

RECORD = "POINTSMAN_AUTHORIZATIONS"
"""The variable that names a file to which all that a role is allowed is added, a line of JSON for each request."""

SENDING = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}
"""What a service does for a role that sends to a resource of the other."""


class Authority:
    """IAM as a service asks it. Any thread may."""

    def __init__(self, ministack: MiniStack, region: str) -> None:
        self._ministack = ministack
        self._region = region

    def knows(self, role: str) -> bool:
        account, name = _parts(role)
        return self._ministack.iam._roles.get_scoped(account, None, name) is not None  # noqa: SLF001

    def credentials(self, role: str, session: str) -> tuple[str, str, str]:
        """Access key, secret key and token of whoever acts as the role; the same for the same session."""
        account, name = _parts(role)
        digest = hashlib.sha256(f"{role} {session}".encode()).hexdigest()
        key, secret, token = f"ASIA{digest[:16].upper()}", digest[16:56], digest
        self._ministack.sts.register_session(
            key,
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
                "UserId": f"{name}:{session}",
                "SecretAccessKey": secret,
                "SessionToken": token,
            },
        )
        return key, secret, token

    def denial(self, role: str, permission: Permission, session: str) -> str | None:
        """Why the role, by its ARN, may not; None: it may. `session`: who acts as it, such as a function's name."""
        evaluator = self._ministack.iam_evaluator
        account, name = _parts(role)
        context = evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            principal_type="AssumedRole",
            principal_account=account,
            action=permission.action,
            resource_arn=permission.resource,
            region=self._region,
            secure_transport=True,
            service_context={key.lower(): value for key, value in permission.keys.items()},
        )
        policies = evaluator._gather_role_policies(name, account)  # noqa: SLF001
        limits = evaluator._permissions_boundary(self._ministack.iam._roles, name, account)  # noqa: SLF001
        result = evaluator.evaluate(context, policies, *limits)
        if result.decision == "Allow":
            return None
        return str(
            self._ministack.iam_actions.identity_denial_message(
                permission.action, context.principal_arn, permission.resource, result.decision == "Deny"
            )
        )


def _parts(role: str) -> tuple[str, str]:
    """Account and name; a path isn't part of the name."""
    return role.split(":")[4], role.rsplit("/", maxsplit=1)[-1]


def record_if_asked(ministack: MiniStack) -> None:
    """Nothing where the environment doesn't name a file."""
    if not (file := os.environ.get(RECORD)):
        return
    evaluate, lock = ministack.iam_evaluator.evaluate, threading.Lock()

    def recorded(context: Any, policies: Any, *limits: Any) -> Any:
        result = evaluate(context, policies, *limits)
        if result.decision == "Allow" and context.principal_type == "AssumedRole":
            line = json.dumps(_request(context)) + "\n"
            with lock, Path(file).open("a") as lines:  # one write: several instances may have the file
                lines.write(line)
        return result

    ministack.iam_evaluator.evaluate = recorded


def _request(context: Any) -> Mapping[str, Any]:
    return {
        "role": context.principal_arn.split("/")[1],
        "action": context.action,
        "resource": context.resource_arn,
        "keys": {key: value for key, value in context.service_context.items() if value is not None},
    }

"""How a running instance is told of faults: GET, POST and DELETE of one path, behind the guard like all else."""

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from pydantic import TypeAdapter, ValidationError

from pointsman.errors import BadRequest, PointsmanError
from pointsman.local.aws.guard import Application, Receive, Scope, Send
from pointsman.local.faults import Fault, Faults
from pointsman.local.faults.running import PATH


def controlled(application: Application, faults: Faults) -> Application:
    """The application, with the faults' path."""

    async def control(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await application(scope, receive, send)
            return
        body = await _body(receive)
        try:
            status, answer = 200, _done(faults, scope["method"], scope["query_string"], body)
        except PointsmanError as error:
            status, answer = 400, {"error": str(error), "exit_code": error.exit_code}
        content = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return control


def _done(faults: Faults, method: str, query: bytes, body: bytes) -> Any:
    if method == "POST":
        return faults.add(**_wanted(body))
    if method == "DELETE":
        return faults.clear(*parse_qs(query.decode()).get("id", []))
    return faults.list()


def _wanted(body: bytes) -> dict[str, Any]:
    """Raises BadRequest."""
    try:
        return asdict(TypeAdapter(Fault).validate_json(body))
    except ValidationError as error:
        raise BadRequest(
            "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
        ) from None


async def _body(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content

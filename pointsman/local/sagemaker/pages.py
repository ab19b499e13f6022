"""Lists as SageMaker gives them: filtered, sorted, in pages."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape


def sort(items: Sequence[Shape], request: Shape, keys: dict[str, str], *, by: str, order: str) -> list[Shape]:
    """By the member that `keys` gives for the request's SortBy; `by` and `order` are the operation's defaults.

    `items` come in order of creation, which settles ties in both directions.
    """
    member = keys[request.get("SortBy", by)]
    descending = request.get("SortOrder", order) == "Descending"
    ranked = sorted(enumerate(items), key=lambda pair: (pair[1].get(member) or 0, pair[0]), reverse=descending)
    return [item for _, item in ranked]


def within(items: Sequence[Shape], request: Shape, member: str, after: str, before: str) -> list[Shape]:
    """Those whose `member` lies between the instants that the request gives as its members `after` and `before`."""
    earliest = times.from_wire(request[after]) if request.get(after) is not None else float("-inf")
    latest = times.from_wire(request[before]) if request.get(before) is not None else float("inf")
    return [item for item in items if earliest <= item[member] <= latest]


def page(
    items: Sequence[Shape], request: Shape, *, into: str, identity: Callable[[Shape], str], size: int = 10
) -> Shape:
    """One page as the member `into`; NextToken names the last item given, so items created meanwhile shift nothing."""
    start = _start(items, request, identity)
    end = start + int(request.get("MaxResults", size))
    answer: Shape = {into: list(items[start:end])}
    if end < len(items):
        answer["NextToken"] = _token(request, identity(items[end - 1]))
    return answer


def _start(items: Sequence[Shape], request: Shape, identity: Callable[[Shape], str]) -> int:
    if not request.get("NextToken"):
        return 0
    question, last = _opened(request["NextToken"])
    if question == _question(request):
        for position, item in enumerate(items):
            if identity(item) == last:
                return position + 1
    raise ValidationError("Invalid pagination token provided.")


def _token(request: Shape, last: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([_question(request), last]).encode()).decode()


def _opened(token: str) -> tuple[Any, Any]:
    try:
        question, last = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as error:
        raise ValidationError("Invalid pagination token provided.") from error
    return question, last


def _question(request: Shape) -> list[list[Any]]:
    """A token continues the list it came from: the same filters and order, whatever the page's size."""
    return sorted([name, value] for name, value in request.items() if name not in {"NextToken", "MaxResults"})

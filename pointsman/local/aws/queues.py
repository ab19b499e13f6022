"""SQS as an event source: batches as large, and waits as long, as the mapping says, on the loop's thread.

MiniStack takes at most ten messages, at once, and from a thread of its own.
"""

# ruff: noqa: SLF001

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pointsman.local.aws.event_loop import EventLoop
from pointsman.local.aws.ministack import MiniStack

type Message = dict[str, Any]


def install(ministack: MiniStack, loop: EventLoop, changed: Callable[[], None], *, time_scale: float) -> None:
    """Batching windows pass on the time scale. `changed` is called after each batch that was done."""
    sqs = ministack.sqs
    receive, delete = sqs._receive_messages_for_esm, sqs._delete_messages_for_esm

    def received(url: str, size: int) -> list[Message]:
        window = _window_seconds(ministack, url)
        queue = sqs._queues.get(url)
        if not window or queue is None or queue["is_fifo"]:
            return list(receive(url, size))
        if not is_due(queue["messages"], size, window / time_scale, now=time.time()):
            return []
        messages: list[Message] = []
        while len(messages) < size and (more := receive(url, size - len(messages))):
            messages.extend(more)
        return messages

    def deleted(url: str, handles: set[str]) -> None:
        delete(url, handles)
        changed()

    sqs._receive_messages_for_esm = lambda url, size: loop.call(received, url, int(size))
    sqs._delete_messages_for_esm = lambda url, handles: loop.call(deleted, url, handles)


def _window_seconds(ministack: MiniStack, url: str) -> float:
    """Of the mapping that polls the queue."""
    queue = ministack.sqs._queues.get(url) or {"attributes": {}}
    arn = queue["attributes"].get("QueueArn")
    mappings: Iterable[Mapping[str, Any]] = ministack.lambda_svc._esms.values()
    windows = [each.get("MaximumBatchingWindowInSeconds") or 0 for each in mappings if each["EventSourceArn"] == arn]
    return float(max(windows, default=0))


def is_due(messages: Iterable[Message], size: int, window_seconds: float, *, now: float) -> bool:
    """Whether a batch is full, or its first message has been visible for the length of the window."""
    # A message that was not deleted in time counts from when it became visible again.
    visible_since = [message["visible_at"] for message in messages if message["visible_at"] <= now]
    return len(visible_since) >= size or min(visible_since, default=now) < now - window_seconds

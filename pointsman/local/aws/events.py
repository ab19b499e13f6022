"""Mends the events of S3: they carry the version, and archives record them.

They are sent on the loop's thread, in the order of the puts, where MiniStack starts a thread for each.
"""

# ruff: noqa: SLF001

import json
from contextvars import ContextVar
from typing import Any

from pointsman.local.aws.event_loop import EventLoop
from pointsman.local.aws.ministack import MiniStack

# MiniStack keeps every event ever put, and reads none of them again.
KEPT_EVENTS = 1000

_version_id: ContextVar[str | None] = ContextVar("version_id", default=None)


def install(ministack: MiniStack, loop: EventLoop) -> None:
    """Wrap the sending of S3's events and their dispatch."""
    s3, eventbridge = ministack.s3, ministack.eventbridge
    fire, dispatch, put = s3._fire_s3_event, eventbridge._dispatch_event, eventbridge._put_events

    def fire_soon(bucket: str, key: str, name: str, *args: Any, **details: Any) -> None:
        if bucket in s3._bucket_notifications:
            loop.soon(fire_now, bucket, key, name, args, {**details, "sequencer": s3._next_event_sequencer(name)})

    def fire_now(bucket: str, key: str, name: str, args: tuple[Any, ...], details: dict[str, Any]) -> None:
        token = _version_id.set(details.get("version_id"))
        try:
            fire(bucket, key, name, *args, **details)
        finally:
            _version_id.reset(token)

    def dispatched(event: dict[str, Any], view: Any = None) -> None:
        if event["Source"] != "aws.s3":
            dispatch(event, view)
            return
        event = with_version(event, _version_id.get())
        dispatch(event)
        eventbridge._archive_event(event)

    def put_and_trim(data: dict[str, Any], **options: Any) -> Any:
        response = put(data, **options)
        del eventbridge._events_log_list()[:-KEPT_EVENTS]
        return response

    s3._fire_s3_event_async = fire_soon
    eventbridge._dispatch_event = dispatched
    eventbridge._put_events = put_and_trim


def with_version(event: dict[str, Any], version_id: str | None) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: only versioned buckets have one."""
    if version_id is None:
        return event
    detail = json.loads(event["Detail"])
    return {**event, "Detail": json.dumps({**detail, "object": {**detail["object"], "version-id": version_id}})}

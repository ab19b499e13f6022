"""Keeps messages and object events in order: SQS and S3 touch their stores on the loop's thread alone."""

# ruff: noqa: SLF001

from typing import Any

from pointsman.local.aws.event_loop import EventLoop
from pointsman.local.aws.ministack import MiniStack


def install(ministack: MiniStack, loop: EventLoop) -> None:
    """The poller of event sources, and S3's thread per event, run on the loop instead."""
    sqs, s3 = ministack.sqs, ministack.s3
    receive, delete = sqs._receive_messages_for_esm, sqs._delete_messages_for_esm
    sqs._receive_messages_for_esm = lambda url, number: loop.call(receive, url, number)
    sqs._delete_messages_for_esm = lambda url, handles: loop.call(delete, url, handles)

    fire = s3._fire_s3_event

    def fire_soon(bucket: str, key: str, name: str, *args: Any, **details: Any) -> None:
        if bucket in s3._bucket_notifications:
            sequencer = s3._next_event_sequencer(name)
            loop.soon(lambda: fire(bucket, key, name, *args, sequencer=sequencer, **details))

    s3._fire_s3_event_async = fire_soon

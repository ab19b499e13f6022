"""Instants: epoch seconds with milliseconds everywhere inside, as SageMaker's JSON protocol writes them."""

import time
from datetime import UTC, datetime


def now() -> float:
    return round(time.time(), 3)


def to_iso(epoch_seconds: float) -> str:
    """`2021-03-15T16:10:11Z`: the form pipeline and model package events carry."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_milliseconds(epoch_seconds: float) -> int:
    """The form job events carry."""
    return round(epoch_seconds * 1000)


def from_wire(value: str | float) -> float:
    """A request's timestamp: a number from the SDKs, ISO-8601 from some other clients."""
    if isinstance(value, str):
        instant = datetime.fromisoformat(value)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    return float(value)

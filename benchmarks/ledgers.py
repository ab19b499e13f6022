"""Ledgers on the embedded DynamoDB, whose requests are told."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.ledger import Ledger
from pointsman.environment import LOCAL_CREDENTIALS
from pointsman.local.process import start_detached, stop
from pointsman.local.settings import LocalSettings
from tests.template import resources

type NewLedger = Callable[[], Ledger]


@contextmanager
def embedded_ledgers() -> Iterator[tuple[NewLedger, list[str]]]:
    """Makes ledgers with a table each, and a list that grows by a name for each request of theirs."""
    with tempfile.TemporaryDirectory() as scratch:
        state = Path(scratch) / "state"
        running = start_detached(LocalSettings(state=state))
        try:
            yield _ledgers(running.endpoint_url)
        finally:
            stop(state)


def _ledgers(endpoint_url: str) -> tuple[NewLedger, list[str]]:
    sent: list[str] = []
    client: Any = boto3.client("dynamodb", endpoint_url=endpoint_url, region_name="us-east-1", **LOCAL_CREDENTIALS)  # type: ignore[call-overload]
    client.meta.events.register("before-call.dynamodb", lambda model, **_: sent.append(model.name))
    properties = resources()["Ledger"]["Properties"]
    keys = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")

    def new_ledger() -> Ledger:
        name = f"ledger-{uuid.uuid4().hex[:8]}"
        client.create_table(TableName=name, **{key: properties[key] for key in keys})
        return DynamoDBLedger(client, name)

    return new_ledger, sent

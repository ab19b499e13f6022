"""The ledgers that the suite runs on. DynamoDB is the embedded AWS's, its table the template's own."""

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.ledger import Ledger
from tests.fakes import FakeLedger
from tests.local.instances import Instance
from tests.template import resources

# Enough connections for every thread of a race.
RACING = Config(max_pool_connections=40)


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One running instance, shared: tests name their own resources."""
    with Instance.started(tmp_path_factory.mktemp("aws") / "state", time_scale=1) as instance:
        yield instance


def client_of(aws: Instance, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=aws.endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
        config=RACING,
    )


@pytest.fixture(scope="session")
def dynamodb(aws: Instance) -> Any:
    return client_of(aws, "dynamodb")


@pytest.fixture(scope="session")
def table_definition() -> dict[str, Any]:
    """What CreateTable takes of the template's table; the rest are settings made by other calls."""
    properties: dict[str, Any] = resources()["Ledger"]["Properties"]
    taken = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in taken}


@pytest.fixture
def dynamodb_ledger(dynamodb: Any, table_definition: dict[str, Any]) -> DynamoDBLedger:
    """An empty table."""
    table = f"ledger-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(TableName=table, **table_definition)
    return DynamoDBLedger(dynamodb, table)


@pytest.fixture(params=["fake", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """An empty ledger."""
    if request.param == "fake":
        return FakeLedger()
    found: Ledger = request.getfixturevalue("dynamodb_ledger")
    return found

"""What every part of the ledger stands on: the table, and the lists that people read."""

from typing import TYPE_CHECKING

from control_plane.adapters.dynamodb.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LISTED = 100


class Rows:
    """Needs dynamodb:GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem, and Query on both indexes."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def _history(self, of: str, *, newest: bool) -> list[Item]:
        return self._table.query("history", "history = :of", {":of": of}, limit=LISTED, newest=newest)

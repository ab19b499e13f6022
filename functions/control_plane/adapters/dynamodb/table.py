"""One DynamoDB table in Python's types: strings and whole numbers are all that the ledger's items hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from control_plane.errors import LedgerConflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = Mapping[str, str | int]
_BATCH_GET_LIMIT = 100
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Put:
    """Write an item whole."""

    item: Item

    def request(self) -> dict[str, Any]:
        return {"Item": _to_wire({name: value for name, value in self.item.items() if value is not None})}


@dataclass(frozen=True, slots=True)
class Update:
    """Change attributes of the item at a key; creates the item where there is none."""

    pk: str
    expression: str

    def request(self) -> dict[str, Any]:
        return {"Key": _to_wire({"pk": self.pk}), "UpdateExpression": self.expression}


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the item at a key."""

    pk: str

    def request(self) -> dict[str, Any]:
        return {"Key": _to_wire({"pk": self.pk})}


@dataclass(frozen=True, slots=True)
class Write:
    """A change, the condition it needs, and the conflict to raise, made from the item found instead.

    Attribute names must be no reserved words of DynamoDB, so that expressions can be read as they are.
    """

    change: Put | Update | Delete
    condition: str | None = None
    values: Mapping[str, str | int] | None = None
    conflict: Callable[[Item | None], LedgerConflict] | None = None

    def request(self, table: str) -> dict[str, Any]:
        request = {"TableName": table, **self.change.request()}
        if self.values:
            request["ExpressionAttributeValues"] = _to_wire(self.values)
        if self.condition:
            request |= {"ConditionExpression": self.condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return request


class Table:
    """Reads are consistent; reads of an index can't be, so what comes from one is checked again when written."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self.name = name

    def get(self, pk: str) -> Item | None:
        answer = self._client.get_item(TableName=self.name, Key=_to_wire({"pk": pk}), ConsistentRead=True)
        return _from_wire(answer["Item"]) if "Item" in answer else None

    def get_many(self, pks: Sequence[str]) -> list[Item]:
        """In no promised order; keys without an item are left out. One request per 100 keys."""
        items: list[Item] = []
        for start in range(0, len(pks), _BATCH_GET_LIMIT):
            wanted: Any = {
                self.name: {
                    "Keys": [_to_wire({"pk": pk}) for pk in pks[start : start + _BATCH_GET_LIMIT]],
                    "ConsistentRead": True,
                }
            }
            while wanted:  # DynamoDB answers at most 16 MB at once and names the rest
                answer = self._client.batch_get_item(RequestItems=wanted)
                items += [_from_wire(item) for item in answer["Responses"].get(self.name, [])]
                wanted = answer.get("UnprocessedKeys")
        return items

    def query(self, index: str, condition: str, values: Mapping[str, str], *, limit: int, newest: bool) -> list[Item]:
        answer = self._client.query(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=_to_wire(values),
            ScanIndexForward=not newest,
            Limit=limit,
        )
        return [_from_wire(item) for item in answer["Items"]]

    def pages(self, index: str, condition: str, values: Mapping[str, str], *, newest: bool) -> Iterator[list[Item]]:
        """All that there is, a request per page and none before it is wanted."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _to_wire(values),
            "ScanIndexForward": not newest,
            "Limit": _PAGE,
        }
        while True:
            answer = self._client.query(**request)
            yield [_from_wire(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, *writes: Write) -> None:
        """All or nothing. Raises the conflict of the first write whose condition didn't hold."""
        requests: list[Any] = [{type(write.change).__name__: write.request(self.name)} for write in writes]
        try:
            self._client.transact_write_items(TransactItems=requests)
        except ClientError as error:
            for write, reason in zip(writes, _reasons(error, len(writes)), strict=True):
                if reason["Code"] == "ConditionalCheckFailed" and write.conflict:
                    raise write.conflict(_from_wire(reason["Item"]) if reason.get("Item") else None) from error
            raise

    def update(self, write: Write) -> Item:
        """One item alone, at half the price of a transaction; what it is now. Raises the write's conflict."""
        try:
            answer = self._client.update_item(**write.request(self.name), ReturnValues="ALL_NEW")
            return _from_wire(answer.get("Attributes", {}))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException" and write.conflict:
                raise write.conflict(None) from error
            raise


def _reasons(error: ClientError, count: int) -> Any:
    """Why each write of a transaction was or wasn't done; botocore puts it beside the error."""
    return error.response.get("CancellationReasons") or [{"Code": "None"}] * count


def _to_wire(values: Mapping[str, str | int]) -> dict[str, Any]:
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in values.items()}


def _from_wire(item: Mapping[str, Mapping[str, Any]]) -> Item:
    """A number that a hand wrote may have a fraction."""
    return {
        name: int(Decimal(found)) if kind == "N" else found
        for name, value in item.items()
        for kind, found in value.items()
    }

"""A spec as another version might have left it."""

import json
from typing import Any

from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.adapters.dynamodb.keys import model_key, route_key
from tests.samples import BUCKET, TRAINING, model_spec, route_of


def spoil(dynamodb: Any, ledger: DynamoDBLedger, name: str) -> None:
    """Give a model's spec, and what it says of its data, a field that ours doesn't know."""
    spec, route = (json.loads(record.model_dump_json()) for record in (model_spec(name), route_of(model_spec(name))))
    spec["data"][TRAINING]["close"]["retired"] = route["source"]["close"]["retired"] = 1
    for key, attribute, value in (
        (model_key(name), "spec", spec),
        (route_key(BUCKET, f"{name}/training/"), "body", route),
    ):
        dynamodb.update_item(
            TableName=ledger._table.name,
            Key={"pk": {"S": key}},
            UpdateExpression=f"SET {attribute} = :value",
            ExpressionAttributeValues={":value": {"S": json.dumps(value)}},
        )

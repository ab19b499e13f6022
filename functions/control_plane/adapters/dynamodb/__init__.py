"""`Ledger` and `History` on one DynamoDB table."""

from control_plane.adapters.dynamodb.history import DynamoDBHistory
from control_plane.adapters.dynamodb.ledger import DynamoDBLedger

__all__ = ["DynamoDBHistory", "DynamoDBLedger"]

"""`Ledger` on one DynamoDB table."""

from control_plane.adapters.dynamodb.ledger import DynamoDBLedger

__all__ = ["DynamoDBLedger"]

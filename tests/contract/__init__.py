"""What only this level can catch: a fake that promises more than AWS keeps, or an adapter that keeps less than its
port.

The ledger's suite runs on the fake and on DynamoDB alike; the other adapters meet S3, SageMaker's wire and EventBridge.
"""

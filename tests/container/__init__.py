"""What only this level can catch: the built room as Lambda runs it, in its container, by the SAM CLI."""

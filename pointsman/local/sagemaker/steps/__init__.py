"""Step types that run here: one class each, in one table."""

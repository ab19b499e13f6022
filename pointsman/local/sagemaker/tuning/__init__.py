"""Hyperparameter tuning: trials that are training jobs, and which of them was best."""

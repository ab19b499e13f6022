"""What models predict, and what they are judged by, in Model Monitor's words. Imports nothing of the SDK's."""

OF_CLASSES = ["precision", "recall", "f0_5", "f1", "f2"]
METRICS_OF = {
    "Regression": ["rmse", "mse", "mae", "r2"],
    "BinaryClassification": ["accuracy", *OF_CLASSES, "auc"],
    "MulticlassClassification": ["accuracy", *(f"weighted_{name}" for name in OF_CLASSES)],
}
"""What `steps/evaluate.py` can judge a model by, by its problem type."""
PROBLEM_TYPES = list(METRICS_OF)
METRICS = list(dict.fromkeys(name for names in METRICS_OF.values() for name in names))

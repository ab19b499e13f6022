"""Images that bring an algorithm of SageMaker's own instead of running a script.

https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-algo-docker-registry-paths.html
XGBoost runs here through the package of that name; it is by far the one that public pipelines use.
"""

import importlib.util
import re

from pipeline_defs.step_code import STEPS
from pointsman.local import containers
from pointsman.local.sagemaker.shapes import Shape

_XGBOOST = {"xgboost", "sagemaker-xgboost"}
_OTHERS = {
    "autogluon-training", "blazingtext", "factorization-machines", "forecasting-deepar", "image-classification",
    "ipinsights", "kmeans", "knn", "lda", "linear-learner", "ntm", "object-detection", "object2vec", "pca",
    "randomcutforest", "semantic-segmentation", "seq2seq",
}  # fmt: skip
_CLARIFY = "sagemaker-clarify-processing"
_PROCESSING = {
    "sagemaker-model-monitor-analyzer": ["python", str(STEPS / "analyze.py")],
    "sagemaker-model-monitor-groundtruth-merger": ["python", "-m", "pointsman.local.containers.groundtruth_merge"],
}
_METRICS = (
    "accuracy", "auc", "aucpr", "error", "f1", "gamma-nloglik", "logloss", "mae", "map", "mape", "merror", "mlogloss",
    "mse", "mphe", "ndcg", "poisson-nloglik", "r2", "rmse", "rmsle",
)  # fmt: skip
SERVING = ("xgboost_serving.py", str(containers.__path__[0]))


def training_command(image: str) -> list[str] | None:
    """None where the image's algorithm is not known here, or cannot run: `refusal` says why."""
    if not is_xgboost(image) or not _has_package():
        return None
    return ["python", "-m", "pointsman.local.containers.xgboost_training", _model_form(image)]


def processing_command(image: str) -> list[str] | None:
    """None where what the image runs by itself is not known here."""
    return _PROCESSING.get(_repository(image))


def is_xgboost(image: str) -> bool:
    return _repository(image) in _XGBOOST


def refusal(image: str) -> str | None:
    """Why an image of SageMaker's algorithms does not run here; None for every other image."""
    if is_xgboost(image) and not _has_package():
        return (
            f"{image} is SageMaker's built-in XGBoost, which runs here through the xgboost package:"
            " `uv sync --extra xgboost` or `pip install 'pointsman[xgboost]'` installs it"
        )
    if _repository(image) in _OTHERS:
        return f"{image} is SageMaker's built-in algorithm {_repository(image)}, which does not run here; XGBoost does"
    if _repository(image) == _CLARIFY:
        return f"{image} is SageMaker Clarify's, which does not run here"
    return None


def metric_definitions(image: str) -> list[Shape]:
    """Which SageMaker sets for a job that trains a built-in algorithm."""
    if not is_xgboost(image):
        return []
    number = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
    return [
        {"Name": f"{data}:{metric}", "Regex": rf".*\[[0-9]+\].*#011{data}-{metric}:{number}.*"}
        for data in ("train", "validation")
        for metric in _METRICS
    ]


def _has_package() -> bool:
    return importlib.util.find_spec("xgboost") is not None


def _repository(image: str) -> str:
    return image.rpartition("/")[2].partition(":")[0]


def _model_form(image: str) -> str:
    """The image's version decides: https://github.com/aws/sagemaker-xgboost-container pickled until 1.2."""
    found = re.match(r"(\d+)\.(\d+)", image.rpartition(":")[2])
    return "native" if found and (int(found[1]), int(found[2])) >= (1, 3) else "pickle"

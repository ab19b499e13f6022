"""What an image's name promises, against what the environment that stands for it has."""

import re
import sys
from importlib.metadata import PackageNotFoundError, version

# Repositories of AWS's images, and the distribution whose version is their tag's.
_FRAMEWORKS = {
    "scikit-learn": "scikit-learn",
    "xgboost": "xgboost",
    "huggingface-pytorch": "torch",
    "huggingface-tensorflow": "tensorflow",
    "pytorch": "torch",
    "tensorflow": "tensorflow",
    "mxnet": "mxnet",
}
_TAG = re.compile(r"(?P<version>\d+(\.\d+)+)")
_PYTHON = re.compile(r"-py(?P<major>3)(?P<minor>\d+)")


def differences(image: str) -> list[str]:
    """A sentence for each; none for images that are not AWS's."""
    repository, _, tag = image.rpartition("/")[2].partition(":")
    distribution = next((name for part, name in _FRAMEWORKS.items() if part in repository), None)
    promised = _TAG.match(tag)
    if distribution is None or promised is None:
        return []
    found = [_framework(distribution, promised["version"])]
    python = _PYTHON.search(tag)
    if python is not None and int(python["minor"]) != sys.version_info.minor:
        ours = f"{sys.version_info.major}.{sys.version_info.minor}"
        found.append(f"the image has Python {python['major']}.{python['minor']}, this environment has {ours}")
    return [sentence for sentence in found if sentence]


def installed(distribution: str) -> str:
    """Raises PackageNotFoundError. XGBoost without GPUs is a distribution of its own, without 300 MB of libraries."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        if distribution != "xgboost":
            raise
        return version("xgboost-cpu")


def _framework(distribution: str, promised: str) -> str | None:
    try:
        ours = installed(distribution)
    except PackageNotFoundError:
        return f"the image has {distribution} {promised}, this environment has none"
    parts = promised.split(".")[:2]
    if ours.split(".")[:2] == parts:
        return None
    return f"the image has {distribution} {promised}, this environment has {ours}"

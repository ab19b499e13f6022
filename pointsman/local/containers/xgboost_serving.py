"""The built-in XGBoost's serving: the script that `script_server` runs for a model that brings none."""

import json
import os
import pickle
from pathlib import Path
from typing import Any

import xgboost

from pointsman.local.containers import xgboost_data


def model_fn(folder: str) -> xgboost.Booster:
    (path, *_) = sorted(each for each in Path(folder).iterdir() if each.is_file())
    content = path.read_bytes()
    if content[:1] == b"\x80":  # pickle's first byte
        booster: xgboost.Booster = pickle.loads(content)  # noqa: S301 -- a model is code, here as in the image
    else:
        booster = xgboost.Booster()
        booster.load_model(bytearray(content))
    return booster


def transform_fn(booster: xgboost.Booster, body: bytes, content_type: str, accept: str) -> tuple[str, str]:
    lines = [line for line in body.decode().splitlines() if line.strip()]
    if _is_libsvm(lines, content_type):
        _, data = xgboost_data.sparse(lines, booster.num_features())
    else:
        data = xgboost_data.numbers(lines)
    predictions = booster.predict(xgboost.DMatrix(data), validate_features=False).tolist()
    if accept.startswith("application/json"):
        return json.dumps({"predictions": [{"score": each} for each in predictions]}), "application/json"
    if os.environ.get("SAGEMAKER_BATCH"):
        return "".join(f"{_text(each)}\n" for each in predictions), "text/csv"
    return ",".join(map(_text, predictions)), "text/csv"


def _is_libsvm(lines: list[str], content_type: str) -> bool:
    if content_type.startswith("text/"):
        return xgboost_data.kind_of(content_type) == xgboost_data.LIBSVM
    return bool(lines) and ":" in lines[0]  # nothing said


def _text(prediction: Any) -> str:
    return ",".join(map(str, prediction)) if isinstance(prediction, list) else str(prediction)

"""What the inference toolkit of AWS's images does for a script."""

import io
import json
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pointsman.local.sagemaker.hosting.script_server import Transformer


class Doubling:
    def predict(self, rows: Any) -> Any:
        return np.asarray(rows) * 2


def script(**functions: Any) -> ModuleType:
    module = ModuleType("inference")
    vars(module).update({"model_fn": lambda _folder: Doubling(), **functions})
    return module


def npy(values: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array(values))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "answer"),
    [
        (b"[[1, 2]]", "application/json", "application/json", b"[[2, 4]]"),
        (b"1,2\n3,4\n", "text/csv; charset=utf-8", "text/csv", b"2.0,4.0\n6.0,8.0\n"),
        (b"1\n3\n", "text/csv", "application/json", b"[2.0, 6.0]"),
        (npy([1, 2]), "application/x-npy", "application/x-npy", npy([2, 4])),
    ],
)
def test_a_script_with_nothing_but_a_model(body: bytes, content_type: str, accept: str, answer: bytes) -> None:
    assert Transformer(script(), "").answer(body, content_type, accept) == (200, accept, answer)


def test_a_format_that_nobody_knows() -> None:
    transformer = Transformer(script(), "")
    assert transformer.answer(b"", "image/png", "text/csv")[0] == 415
    assert transformer.answer(b"[1]", "application/json", "image/png")[0] == 406


def test_a_scripts_own_functions_come_first() -> None:
    own = script(
        input_fn=lambda body, content_type: [body.decode(), content_type],
        predict_fn=lambda data, model: [*data, type(model).__name__],
        output_fn=lambda prediction, accept: json.dumps([*prediction, accept]),
    )
    status, content_type, body = Transformer(own, "").answer(b"x", "a/b", "c/d")
    assert (status, content_type, json.loads(body)) == (200, "c/d", ["x", "a/b", "Doubling", "c/d"])

    whole = script(transform_fn=lambda _model, body, _content_type, _accept: (body.upper(), "e/f"))
    assert Transformer(whole, "").answer(b"x", "a/b", "c/d") == (200, "e/f", b"X")


def test_a_script_without_a_model_cannot_be_served() -> None:
    with pytest.raises(AttributeError, match="model_fn"):
        Transformer(ModuleType("inference"), "")

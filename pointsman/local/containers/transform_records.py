"""Records of a transform: filtered before they are sent, joined with what the model says, filtered again."""

import csv
import io
import json
from typing import Any

from pointsman.local.containers import transform_selection as selection


class Records:
    """`orders`: the job's DataProcessing and its types."""

    def __init__(self, orders: dict[str, Any]) -> None:
        processing = orders["processing"]
        self._input = selection.parse(processing.get("InputFilter", "$"))
        self._output = selection.parse(processing.get("OutputFilter", "$"))
        self._join = processing.get("JoinSource") == "Input"
        self._content_type = _plain(orders["content_type"])
        self._accept = _plain(orders["accept"]) or self._content_type

    @property
    def by_record(self) -> bool:
        """Whether answers must be told apart by record."""
        return self._join or bool(self._output)

    def split(self, text: str, *, lines: bool) -> list[str]:
        if lines or (self._content_type == "text/csv" and (self._input or self.by_record)):
            return [line for line in text.splitlines() if line.strip()]
        return [text]

    def sent(self, record: str) -> str:
        if not self._input:
            return record
        return _written(selection.select(_read(record, self._content_type), self._input), self._content_type)

    def kept(self, records: list[str], answer: str) -> list[str]:
        """What is stored of each record. Raises ValueError where the answer has another number of them."""
        predictions = _predictions(answer, len(records), self._accept)
        if len(predictions) != len(records):
            raise ValueError(f"the model gave {len(predictions)} predictions for {len(records)} records")
        return [self._one(record, prediction) for record, prediction in zip(records, predictions, strict=True)]

    def _one(self, record: str, prediction: Any) -> str:
        if not self._join:
            return _written(selection.select(prediction, self._output), self._accept)
        given = _read(record, self._content_type)
        if self._content_type == "text/csv":
            joined: Any = [*given, *(prediction if isinstance(prediction, list) else [prediction])]
        elif isinstance(given, dict):
            joined = {**given, "SageMakerOutput": prediction}
        else:
            joined = {"SageMakerInput": given, "SageMakerOutput": prediction}
        return _written(selection.select(joined, self._output), self._content_type)


def _plain(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _read(text: str, content_type: str) -> Any:
    if content_type == "text/csv":
        return next(csv.reader([text]), [])
    return json.loads(text)


def _written(value: Any, content_type: str) -> str:
    if content_type != "text/csv":
        return json.dumps(value)
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(value if isinstance(value, list) else [value])
    return line.getvalue()


def _predictions(answer: str, count: int, accept: str) -> list[Any]:
    if accept == "text/csv":
        return [_read(line, accept) for line in answer.splitlines() if line.strip()]
    if accept == "application/jsonlines":
        return [json.loads(line) for line in answer.splitlines() if line.strip()]
    value = json.loads(answer)
    if isinstance(value, dict) and list(value) == ["predictions"]:
        value = value["predictions"]
    return value if isinstance(value, list) and (count > 1 or len(value) == 1) else [value]

"""A dataset's columns as text, and what numbers say of them."""

import csv
import json
import math
from pathlib import Path
from typing import Any

_BUCKETS = 10


class UnreadableDatasetError(Exception):
    """The message is for the person whose data it is."""


def read(source: Path, form: dict[str, Any]) -> dict[str, list[str]]:
    """By name; `_c0`, `_c1`, … where CSV has no header. Raises UnreadableDatasetError."""
    files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    rows = [row for path in files for row in _rows(path, form)]
    if not rows:
        raise UnreadableDatasetError(f"There is no data in {source}")
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name, "") for row in rows] for name in names}


def inferred_type(values: list[str]) -> str:
    present = [value for value in values if value != ""]
    if not present:
        return "Unknown"
    if all(value.lstrip("+-").isdigit() for value in present):
        return "Integral"
    return "Fractional" if all(_is_number(value) for value in present) else "String"


def summary(numbers: list[float]) -> dict[str, float]:
    count, total = len(numbers), math.fsum(numbers)
    mean = total / count
    deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in numbers) / count)
    return {"mean": mean, "sum": total, "std_dev": deviation, "min": min(numbers), "max": max(numbers)}


def buckets(numbers: list[float]) -> list[dict[str, float]]:
    """Ten of equal width, as in Model Monitor's statistics."""
    low, high = min(numbers), max(numbers)
    width = (high - low) / _BUCKETS or 1.0
    counts = [0.0] * _BUCKETS
    for each in numbers:
        counts[min(int((each - low) / width), _BUCKETS - 1)] += 1
    return [
        {"lower_bound": low + position * width, "upper_bound": low + (position + 1) * width, "count": count}
        for position, count in enumerate(counts)
    ]


def _rows(path: Path, form: dict[str, Any]) -> list[dict[str, str]]:
    if "csv" in form:
        with path.open(newline="") as file:
            lines = [line for line in csv.reader(file) if line]
        if form["csv"].get("header") and lines:
            names, lines = lines[0], lines[1:]
        else:
            names = [f"_c{position}" for position in range(max(map(len, lines), default=0))]
        return [dict(zip(names, (field.strip() for field in line), strict=False)) for line in lines]
    if "json" in form:
        text = path.read_text()
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        return [{name: _text(value) for name, value in document.items()} for document in documents]
    raise UnreadableDatasetError(f"A dataset of format {', '.join(form)} is not read here; csv and json lines are")


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False

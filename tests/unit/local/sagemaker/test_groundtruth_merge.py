"""Captured records joined with their labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.containers import groundtruth_merge

HOUR = "churn/AllTraffic/2026/11/21/10"


def captured(event: str, **metadata: str) -> dict[str, Any]:
    return {
        "captureData": {"endpointOutput": {"data": "0.7", "encoding": "CSV"}},
        "eventMetadata": {"eventId": event, **metadata},
        "eventVersion": "0",
    }


def label(record: str, value: str) -> dict[str, Any]:
    data = {"data": value, "encoding": "CSV"}
    return {"groundTruthData": data, "eventMetadata": {"eventId": record}, "eventVersion": "0"}


def merge(folder: Path, records: list[dict[str, Any]], labels: str) -> list[dict[str, Any]]:
    for path, text in {
        f"data/{HOUR}/a.jsonl": "\n".join(map(json.dumps, records)),
        "labels/2026/11/21/10/l.jsonl": labels,
    }.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text)
    places = {"dataset_source": "data", "ground_truth_source": "labels", "output_path": "out"}
    groundtruth_merge.main({name: str(folder / place) for name, place in places.items()})
    out = folder / "out" / HOUR / "a.jsonl"
    return [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []


def test_records_get_their_labels_and_those_without_are_left_out(tmp_path: Path) -> None:
    labels = "\n".join(map(json.dumps, [label("1", "0"), label("1", "1"), label("9", "0")]))
    (merged,) = merge(tmp_path, [captured("1"), captured("2")], labels)
    assert merged == {**captured("1"), "groundTruthData": {"data": "1", "encoding": "CSV"}}


def test_the_callers_id_comes_before_the_endpoints(tmp_path: Path) -> None:
    labels = "\n".join(map(json.dumps, [label("order-7", "1"), label("2", "0")]))
    records = [captured("1", inferenceId="order-7"), captured("2", inferenceId="order-8")]
    assert [record["eventMetadata"]["eventId"] for record in merge(tmp_path, records, labels)] == ["1"]


def test_nothing_is_written_where_nothing_is_merged(tmp_path: Path) -> None:
    assert merge(tmp_path, [captured("1")], json.dumps(label("2", "1"))) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("line", ["{", "[]", '{"eventMetadata": {"eventId": "1"}}', '{"groundTruthData": {}}'])
def test_a_label_that_is_none_is_named_by_its_place(tmp_path: Path, line: str) -> None:
    with pytest.raises(groundtruth_merge.UnreadableRecordError, match=r"l\.jsonl, line 1"):
        merge(tmp_path, [captured("1")], line)

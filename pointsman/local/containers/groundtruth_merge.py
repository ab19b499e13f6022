"""What the image `sagemaker-model-monitor-groundtruth-merger` does: captured records are joined with their labels.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
Told by the environment where captured JSON Lines lie (`dataset_source`), where labels do (`ground_truth_source`), and
where to write (`output_path`): files of the same names, with those records that have a label.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

type Record = dict[str, Any]


class UnreadableRecordError(Exception):
    """The message is for the person whose data it is."""


def main(environment: Mapping[str, str]) -> None:
    """Raises UnreadableRecordError."""
    source, target = Path(environment["dataset_source"]), Path(environment["output_path"])
    labels = _labels(Path(environment["ground_truth_source"]))
    captured = merged = 0
    for path in _files(source):
        records = [record for record, _ in _records(path)]
        joined = [_joined(record, labels) for record in records if record_id(record) in labels]
        captured, merged = captured + len(records), merged + len(joined)
        if joined:
            out = target / path.relative_to(source)
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text("".join(f"{json.dumps(record)}\n" for record in joined))
    print(f"{merged} of {captured} captured records have one of the {len(labels)} labels", flush=True)


def record_id(record: Record) -> str:
    """What the caller of the endpoint gave, else what the endpoint made up."""
    metadata = record.get("eventMetadata", {})
    return str(metadata.get("inferenceId") or metadata.get("eventId"))


def _joined(record: Record, labels: Mapping[str, Record]) -> Record:
    return {**record, "groundTruthData": labels[record_id(record)]}


def _labels(folder: Path) -> dict[str, Record]:
    """By the id of the record that they are for; the last one counts."""
    found = {}
    for record, place in (each for path in _files(folder) for each in _records(path)):
        identity = record.get("eventMetadata", {}).get("eventId")
        if identity is None or "groundTruthData" not in record:
            raise UnreadableRecordError(f"{place}: a label has groundTruthData and eventMetadata.eventId")
        found[str(identity)] = record["groundTruthData"]
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _records(path: Path) -> Iterator[tuple[Record, str]]:
    """With the place of each, for people."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        place = f"{path.name}, line {number}"
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise UnreadableRecordError(f"{place}: {error}") from error
        if not isinstance(record, dict):
            raise UnreadableRecordError(f"{place}: a record is a JSON object")
        yield record, place


if __name__ == "__main__":
    try:
        main(os.environ)
    except (UnreadableRecordError, OSError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(255)

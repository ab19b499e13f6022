"""What exists, durably: one SQLite file in WAL mode.

Every acknowledged change is in the file before its caller hears of it, so a `kill -9` loses nothing (a power cut may
lose the last moments: WAL with synchronous=NORMAL leaves the last flush to the operating system). Events are rows of
the same transaction as the change they tell of; `outbox.Outbox` delivers them from here, in order.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pointsman.local.sagemaker.shapes import Shape

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL,
    body TEXT NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS item_by_parent ON item (kind, parent, sequence);
CREATE INDEX IF NOT EXISTS active_execution ON item (sequence)
    WHERE kind = 'execution' AND json_extract(body, '$.PipelineExecutionStatus') IN ('Executing', 'Stopping');
CREATE TABLE IF NOT EXISTS token (
    scope TEXT, token TEXT, result TEXT NOT NULL, PRIMARY KEY (scope, token)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag (arn TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (arn, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, detail_type TEXT NOT NULL, detail TEXT NOT NULL,
    resources TEXT NOT NULL);
"""


class Kind(StrEnum):
    PIPELINE = "pipeline"
    PIPELINE_VERSION = "pipeline-version"
    EXECUTION = "execution"
    EXECUTION_INPUT = "execution-input"
    STEP = "step"
    STEP_RESULT = "step-result"
    PROCESSING_JOB = "processing-job"
    TRAINING_JOB = "training-job"
    TRANSFORM_JOB = "transform-job"
    TUNING_JOB = "hyper-parameter-tuning-job"
    CALLBACK = "callback"
    MODEL_PACKAGE_GROUP = "model-package-group"
    MODEL_PACKAGE = "model-package"
    MODEL = "model"
    ENDPOINT_CONFIG = "endpoint-config"
    ENDPOINT = "endpoint"
    MONITORING_JOB_DEFINITION = "monitoring-job-definition"
    MONITORING_SCHEDULE = "monitoring-schedule"
    MONITORING_EXECUTION = "monitoring-execution"


@dataclass(frozen=True)
class Event:
    detail_type: str
    detail: Shape
    resources: tuple[str, ...]


class Store:
    """Items by kind and id, with an optional parent; tokens; tags; events waiting for delivery. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self.event_added = threading.Event()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; alone in the store while it lasts. Nested ones join the outermost."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def get(self, kind: Kind, identity: str) -> Shape | None:
        row = self._row("SELECT body FROM item WHERE kind = ? AND id = ?", kind, identity)
        return None if row is None else _decoded(row[0])

    def put(self, kind: Kind, identity: str, body: Shape, *, parent: str = "") -> None:
        """Creates or replaces; what is replaced keeps its place in the order of creation and its parent."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO item (kind, id, parent, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (kind, identity, parent, json.dumps(body)),
            )

    def change(self, kind: Kind, identity: str, **members: Any) -> Shape:
        """Sets members of an existing item, removing those set to None, and returns it."""
        with self.transaction():
            body = {**(self.get(kind, identity) or {}), **members}
            body = {name: value for name, value in body.items() if value is not None}
            self.put(kind, identity, body)
            return body

    def items(self, kind: Kind, parent: str | None = None) -> list[Shape]:
        """In order of creation."""
        if parent is None:
            rows = self._rows("SELECT body FROM item WHERE kind = ? ORDER BY sequence", kind)
        else:
            rows = self._rows("SELECT body FROM item WHERE kind = ? AND parent = ? ORDER BY sequence", kind, parent)
        return [_decoded(row[0]) for row in rows]

    def active_executions(self) -> list[Shape]:
        """Those that have not ended; by an index of their own, however many have."""
        rows = self._rows(
            "SELECT body FROM item INDEXED BY active_execution WHERE kind = 'execution'"
            " AND json_extract(body, '$.PipelineExecutionStatus') IN ('Executing', 'Stopping') ORDER BY sequence"
        )
        return [_decoded(row[0]) for row in rows]

    def delete(self, kind: Kind, identity: str) -> None:
        self._change("DELETE FROM item WHERE kind = ? AND id = ?", kind, identity)

    def delete_all(self, kind: Kind, parent: str) -> None:
        self._change("DELETE FROM item WHERE kind = ? AND parent = ?", kind, parent)

    def token_result(self, scope: str, token: str) -> str | None:
        row = self._row("SELECT result FROM token WHERE scope = ? AND token = ?", scope, token)
        return None if row is None else str(row[0])

    def keep_token(self, scope: str, token: str, result: str) -> None:
        self._change("INSERT OR REPLACE INTO token (scope, token, result) VALUES (?, ?, ?)", scope, token, result)

    def forget_tokens(self, scope: str) -> None:
        self._change("DELETE FROM token WHERE scope = ?", scope)

    def tags(self, arn: str) -> dict[str, str]:
        return dict(self._rows("SELECT key, value FROM tag WHERE arn = ? ORDER BY key", arn))

    def set_tags(self, arn: str, tags: dict[str, str]) -> None:
        with self.transaction():
            for key, value in tags.items():
                self._change("INSERT OR REPLACE INTO tag (arn, key, value) VALUES (?, ?, ?)", arn, key, value)

    def delete_tags(self, arn: str, keys: Iterable[str] | None = None) -> None:
        """All of them where no keys are given."""
        with self.transaction():
            for key in self.tags(arn) if keys is None else keys:
                self._change("DELETE FROM tag WHERE arn = ? AND key = ?", arn, key)

    def add_event(self, event: Event) -> None:
        self._change(
            "INSERT INTO event (detail_type, detail, resources) VALUES (?, ?, ?)",
            event.detail_type,
            json.dumps(event.detail),
            json.dumps(event.resources),
        )
        self.event_added.set()

    def first_event(self, *, after: int = 0) -> tuple[int, Event] | None:
        """The oldest event that is kept, with the number that `after` and `delete_events` take."""
        row = self._row(
            "SELECT sequence, detail_type, detail, resources FROM event WHERE sequence > ? ORDER BY sequence LIMIT 1",
            after,
        )
        if row is None:
            return None
        return int(row[0]), Event(str(row[1]), _decoded(row[2]), tuple(json.loads(row[3])))

    def delete_events(self, sequences: Iterable[int]) -> None:
        with self.transaction():
            for sequence in sequences:
                self._change("DELETE FROM event WHERE sequence = ?", sequence)

    def _change(self, statement: str, *values: Any) -> None:
        with self.transaction():
            self._connection.execute(statement, values)

    def _row(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        rows = self._rows(statement, *values)
        return rows[0] if rows else None

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def _decoded(text: str) -> Shape:
    body: Shape = json.loads(text)
    return body

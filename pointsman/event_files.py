"""Events as people hand them over: files, folders, standard input."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pointsman.errors import BadRequest


@dataclass(frozen=True)
class Given:
    """An event, and where it was found."""

    where: str
    event: Mapping[str, Any]


def read_events(sources: Sequence[str]) -> list[Given]:
    """Of files, of folders' `*.json`, and of standard input for `-`, in this order.

    A document is an event or a list of them; a file or a stream may also have one document per line. Raises BadRequest.
    """
    return [given for source in sources for given in _of_source(source)]


def _of_source(source: str) -> Iterator[Given]:
    if source == "-":
        yield from _of_text("standard input", sys.stdin.read())
        return
    path = Path(source)
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    if not files:
        raise BadRequest(f"{path}: no *.json in it")
    for file in files:
        try:
            text = file.read_text()
        except OSError as error:
            raise BadRequest(f"{file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise BadRequest(f"{file}: not UTF-8 text, at byte {error.start}") from error
        yield from _of_text(str(file), text)


def _of_text(where: str, text: str) -> Iterator[Given]:
    documents = _documents(where, text)
    for number, document in enumerate(documents, 1):
        place = where if len(documents) == 1 else f"{where} #{number}"
        if not isinstance(document, dict):
            raise BadRequest(f"{place}: expected an event, a JSON object (found {json.dumps(document)[:60]})")
        yield Given(place, document)


def _documents(where: str, text: str) -> list[Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines] if len(lines) > 1 else _not_json(where, error)
        except json.JSONDecodeError:
            return _not_json(where, error)
    return document if isinstance(document, list) else [document]


def _not_json(where: str, error: json.JSONDecodeError) -> list[Any]:
    raise BadRequest(f"{where}:{error.lineno}: not JSON: {error.msg}") from error

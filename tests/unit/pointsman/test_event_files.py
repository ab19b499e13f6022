"""Events from files, folders and standard input."""

import io
import json
from pathlib import Path

import pytest

from pointsman.errors import BadRequest
from pointsman.event_files import read_events
from pointsman.places import SAMPLES, Place, moved
from tests.sample_events import FOLDER, index, sample_event

HERE = Place("artifacts-1", "landing-1", "000000000000", "eu-west-1")


def test_a_folder_is_all_of_its_events() -> None:
    assert [Path(given.where).stem for given in read_events([str(FOLDER)])] == sorted(index())


@pytest.mark.parametrize("form", ["one", "list", "lines"])
def test_standard_input_is_an_event_a_list_or_one_a_line(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [{"id": "e1"}] if form == "one" else [{"id": "e1"}, {"id": "e2"}]
    lines = "\n".join(json.dumps(event) for event in events)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(events) if form == "list" else lines))
    assert [given.event for given in read_events(["-"])] == events


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ":1: not JSON"),
        ("# Events", ":1: not JSON"),
        ('{"id":\n nonsense}', ":2: not JSON"),
        ("[1]", "expected an event, a JSON object"),
        ('"x"', "expected an event, a JSON object"),
    ],
)
def test_what_is_no_event_is_told_with_its_place(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "e.json"
    file.write_text(text)
    with pytest.raises(BadRequest) as refused:
        read_events([str(file)])
    assert str(refused.value).startswith(str(file))
    assert why in str(refused.value)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="No such file"):
        read_events([str(tmp_path / "e.json")])
    with pytest.raises(BadRequest, match=r"no \*.json"):
        read_events([str(tmp_path)])
    (tmp_path / "e.json").write_bytes(b"\xff")
    with pytest.raises(BadRequest, match="not UTF-8"):
        read_events([str(tmp_path)])


@pytest.mark.parametrize("name", index())
def test_a_sample_moves_to_an_environment_and_back(name: str) -> None:
    event = sample_event(name)
    there = moved(event, SAMPLES, HERE)
    assert not [sign for sign in (SAMPLES.account, SAMPLES.data_bucket) if sign in json.dumps(there)]
    assert moved(there, HERE, SAMPLES) == event


def test_what_is_of_another_account_stays_as_it_is() -> None:
    event = sample_event("object_created") | {"account": "999999999999"}
    assert moved(event, SAMPLES, HERE) == event

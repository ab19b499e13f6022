"""The sample events and their index."""

import pytest

from tests.sample_events import FOLDER, index, sample_event

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def test_the_index_says_of_every_event_where_it_is_from_and_what_should_happen() -> None:
    assert list(index()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_an_event_of_the_documented_account_and_region(name: str) -> None:
    event = sample_event(name)
    assert {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"} <= set(event)
    assert (event["account"], event["region"]) == ("111122223333", "us-east-1")


def test_no_two_samples_have_one_id() -> None:
    assert len({sample_event(name)["id"] for name in NAMES}) == len(NAMES)

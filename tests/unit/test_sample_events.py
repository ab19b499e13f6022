"""The sample events and their index."""

import pytest

from pointsman.places import SAMPLES
from pointsman.rules import Rule, Rules
from tests.sample_events import FOLDER, index, sample_event

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
RULES = Rules.of_template({"DataBucket": SAMPLES.data_bucket}).rules


def test_the_index_says_of_every_event_where_it_is_from_and_what_should_happen() -> None:
    assert list(index()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_an_event_of_the_documented_account_and_region(name: str) -> None:
    event = sample_event(name)
    assert {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"} <= set(event)
    assert (event["account"], event["region"]) == ("111122223333", "us-east-1")


def test_no_two_samples_have_one_id() -> None:
    assert len({sample_event(name)["id"] for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_a_rule_matches_the_samples_that_the_index_says_and_no_other(rule: Rule) -> None:
    """Every sample and every rule, by the template's own patterns: two rules for one event would bring it twice."""
    wanted = {name for name, expected in index().items() if expected.rule == rule.name}
    assert {name for name in NAMES if rule.matches(sample_event(name))} == wanted
    assert wanted, "no sample of it"
    assert {index()[name].room for name in wanted} == {rule.room}


def test_the_index_names_rules_that_the_template_has() -> None:
    assert {expected.rule for expected in index().values()} == {rule.name for rule in RULES} | {"-"}

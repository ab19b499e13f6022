"""The sample events and their index."""

import pytest

from pointsman.local.aws.ministack import pattern_matches
from pointsman.places import SAMPLES
from pointsman.rules import Rule, Rules, _resolved, as_delivered
from tests.sample_events import FOLDER, index, sample_event
from tests.template import resources

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
VALUES = {"DataBucket": SAMPLES.data_bucket, "AWS::AccountId": SAMPLES.account}
RULES = Rules.of_template(VALUES).rules


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


@pytest.mark.parametrize("name", [name for name in NAMES if index()[name].rule not in {"-", "every-minute"}])
def test_what_a_rule_wants_is_archived(name: str) -> None:
    pattern = _resolved(resources()["Archive"]["Properties"]["EventPattern"], VALUES)
    assert pattern_matches(pattern, as_delivered(sample_event(name)))


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.pattern["source"] == ["pointsman"]], ids=lambda r: r.name
)
def test_what_an_account_says_that_is_not_trusted_reaches_nobody(rule: Rule) -> None:
    name = next(name for name, expected in index().items() if expected.rule == rule.name)
    assert not rule.matches(sample_event(name) | {"account": "444455556666"})
    trusting = Rules.of_template(VALUES | {"TrustedAccounts": "444455556666"})
    asked = rule.name in {"requested", "drift-report"}
    assert trusting.named(rule.name).matches(sample_event(name) | {"account": "444455556666"}) is asked

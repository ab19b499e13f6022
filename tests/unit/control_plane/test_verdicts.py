"""What an evaluation says: read strictly, because a training may follow from it."""

import json
from typing import Any

import pytest

from control_plane.errors import UnreadableReport
from control_plane.verdicts import Verdict, read_verdict

URI = "s3://artifacts/evaluations/churn/d1/evaluation.json"
REPORT: dict[str, Any] = {"verdict": {"passed": False, "summary": "auc 0.71 misses the bar of 0.8 by 0.09"}}


@pytest.mark.parametrize("passed", [True, False])
def test_a_verdict_is_read_and_the_rest_of_the_report_left_alone(*, passed: bool) -> None:
    verdict = {"passed": passed, "summary": "in words", "metric": "auc", "value": 0.71}
    report = {"verdict": verdict, "about": {}, "regression_metrics": {"auc": {"value": 0.71}}}
    assert read_verdict(json.dumps(report).encode(), URI) == Verdict(passed=passed, summary="in words")


def test_a_champion_that_could_not_be_measured_is_told() -> None:
    report = {"verdict": {"passed": True, "summary": "in words"}, "champion": {"not_compared": "ReadError: no gzip"}}
    verdict = read_verdict(json.dumps(report).encode(), URI)
    assert (verdict.passed, verdict.not_compared) == (True, "ReadError: no gzip")


@pytest.mark.parametrize(
    "report",
    [
        None,
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        json.dumps({"verdict": None}).encode(),
        json.dumps({"verdict": {"summary": "no word on it"}}).encode(),
        json.dumps({"verdict": {"passed": None, "summary": "?"}}).encode(),
        json.dumps(REPORT)[:-5].encode(),
    ],
)
def test_a_report_without_a_verdict_is_neither_good_nor_bad_news_2(report: bytes | None) -> None:
    with pytest.raises(UnreadableReport, match=r"evaluations/churn/d1/evaluation\.json"):
        read_verdict(report, URI)

"""What docs/deploy.md lists is what there is."""

import re
from typing import Any

from tests.template import TEMPLATE, resources

DEPLOY = (TEMPLATE.parent / "docs" / "deploy.md").read_text()
WIRING = (TEMPLATE.parent / "functions" / "control_plane" / "wiring.py").read_text()
# By the names that endpoints have, where they aren't boto3's: a service that functions learn to call is one more.
ENDPOINTS = {"sagemaker": "sagemaker.api", "sagemaker-runtime": "sagemaker.runtime", "cloudwatch": "monitoring"}


def first_column(heading: str) -> set[str]:
    """The names in code of a table's first column."""
    section = DEPLOY.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_the_endpoints_that_a_network_needs_are_those_of_what_functions_call() -> None:
    called = set(re.findall(r'_client\("([\w-]+)"', WIRING))
    assert first_column("In a network of yours") == {ENDPOINTS.get(name, name) for name in called} | {"xray"}


def test_every_alarm_has_a_line_that_says_what_to_do() -> None:
    alarms = {name for name, each in resources().items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert first_column("When an alarm is told") == alarms


def test_the_price_of_the_alarms_is_of_as_many_metrics_as_they_look_at() -> None:
    alarms: list[dict[str, Any]] = [
        each["Properties"] for each in resources().values() if each["Type"] == "AWS::CloudWatch::Alarm"
    ]
    metrics = sum(len([query for query in alarm.get("Metrics", []) if "MetricStat" in query]) or 1 for alarm in alarms)
    assert f"| {metrics / 10:.2f} |" in next(line for line in DEPLOY.splitlines() if line.startswith("| alarms,"))

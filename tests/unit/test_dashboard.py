"""The dashboard's file: what it refers to is there, and what should be seen is in it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.template import TEMPLATE, resources

BODY = yaml.safe_load((TEMPLATE.parent / "dashboard.yaml").read_text())["Fn::Sub"]
TELEMETRY = Path(TEMPLATE.parent / "functions" / "control_plane" / "telemetry.py").read_text()
PSEUDO = {"AWS::StackName", "AWS::Region"}


def named(kind: str) -> set[str]:
    return {name for name, each in resources().items() if each["Type"] == kind}


def widgets(kind: str) -> list[dict[str, Any]]:
    return [widget["properties"] for widget in json.loads(BODY)["widgets"] if widget["type"] == kind]


def metrics() -> Iterator[list[Any]]:
    yield from (metric for widget in widgets("metric") for metric in widget["metrics"] if len(metric) > 1)


def test_it_refers_to_what_the_template_has() -> None:
    referred = {name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", BODY)}
    assert referred - PSEUDO <= set(resources())


def test_it_shows_every_alarm_and_every_function() -> None:
    (alarms,) = widgets("alarm")
    assert set(alarms["alarms"]) == {f"${{{name}.Arn}}" for name in named("AWS::CloudWatch::Alarm")}
    for shown in ("Errors", "Duration"):
        functions = {metric[3] for metric in metrics() if metric[1] == shown}
        assert functions == {f"${{{name}}}" for name in named("AWS::Serverless::Function")}


def test_what_it_shows_of_our_own_is_what_functions_measure() -> None:
    searched = re.findall(r'MetricName=\\"(\w+)\\"', BODY)
    ours = {metric[1] for metric in metrics() if metric[0] == "${AWS::StackName}"} | set(searched)
    assert ours == set(re.findall(r'add_metric\("(\w+)"', TELEMETRY))


def test_no_two_widgets_lie_on_each_other() -> None:
    taken = [
        (x, y)
        for widget in json.loads(BODY)["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24

"""An endpoint's metrics in CloudWatch, and the deployments that alarms on them guard."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.hosted import Hosted, blue_green
from tests.local.instances import eventually, unique


class Watch:
    """Of one endpoint's only variant."""

    def __init__(self, account: Account, hosted: Hosted, endpoint: str) -> None:
        self._cloudwatch, self._hosted, self.endpoint = account.cloudwatch, hosted, endpoint
        self._dimensions = [
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ]
        self.alarms: list[str] = []

    def alarm(self, metric: str, threshold: float, **statistic: str) -> str:
        name = unique(metric)
        self._cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="AWS/SageMaker", MetricName=metric, Dimensions=self._dimensions, Period=60,
            EvaluationPeriods=1, Threshold=threshold, ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching", **statistic,
        )  # fmt: skip
        self.alarms.append(name)
        return name

    def states(self) -> list[str]:
        found = self._cloudwatch.describe_alarms(AlarmNames=self.alarms)["MetricAlarms"]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}
        return [states[name] for name in self.alarms]

    def ask(self, **asked: Any) -> None:
        with suppress(self._hosted.served.runtime.exceptions.ModelError):
            self._hosted.ask(self.endpoint, asked)

    def statistic(self, metric: str, statistic: str, unit: str = "None") -> float:
        """Over the last minutes; 0 where there are no data."""
        now = datetime.now(UTC)
        found = self._cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker", MetricName=metric, Dimensions=self._dimensions, Statistics=[statistic],
            StartTime=now - timedelta(minutes=30), EndTime=now + timedelta(minutes=1), Period=3600, Unit=unit,
        )["Datapoints"]  # fmt: skip
        return float(sum(each[statistic] for each in found))


@pytest.fixture
def watches(account: Account, hosted_there: Hosted) -> Iterator[Callable[[], Watch]]:
    made: list[Watch] = []

    def watch() -> Watch:
        endpoint = hosted_there.endpoint(hosted_there.config(hosted_there.model("old")))
        made.append(Watch(account, hosted_there, endpoint))
        return made[-1]

    yield watch
    account.cloudwatch.delete_alarms(AlarmNames=[name for each in made for name in each.alarms])


def test_alarms_on_an_endpoint_ring_for_it_alone_and_take_its_update_back(
    hosted_there: Hosted, watches: Callable[[], Watch]
) -> None:
    hosted, failing, healthy = hosted_there, watches(), watches()
    endpoint = failing.endpoint
    for watch in (failing, healthy):
        watch.alarm("Invocation5XXErrors", 0.1, Statistic="Average")
        watch.alarm("InvocationModelErrors", 0.1, Statistic="Average")
        watch.alarm("Invocation4XXErrors", 0, Statistic="Sum")
        watch.alarm("ModelLatency", 2_000_000, ExtendedStatistic="p99")
    policy = blue_green("CANARY", wait=1800, CanarySize=50)
    config = hosted.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    hosted.update(
        endpoint,
        hosted.config(hosted.model("new")),
        BlueGreenUpdatePolicy=policy,
        AutoRollbackConfiguration={"Alarms": [{"AlarmName": failing.alarms[0]}]},
    )
    for _ in range(4):
        failing.ask()

    def rings() -> bool:
        healthy.ask()
        failing.ask(fail="on purpose")
        return failing.states()[:2] == ["ALARM", "ALARM"]

    eventually(rings, within=hosted.within)
    settled = hosted.settled(endpoint)
    assert (settled["EndpointStatus"], settled["EndpointConfigName"]) == ("InService", config)
    assert failing.alarms[0] in settled["FailureReason"]
    assert hosted.asked(endpoint) == "old"
    eventually(lambda: healthy.states() == ["OK"] * 4, within=hosted.within)
    assert failing.states()[2] == "OK"

    def is_slow() -> bool:
        failing.ask(sleep=2.5)
        return failing.states()[3] == "ALARM"

    eventually(is_slow, within=hosted.within)
    assert healthy.states()[3] == "OK"
    assert failing.statistic("InvocationModelErrors", "Sum") == failing.statistic("Invocation5XXErrors", "Sum") > 0
    assert failing.statistic("ModelLatency", "Maximum", "Microseconds") >= 2_500_000
    assert 0 < failing.statistic("OverheadLatency", "Average", "Microseconds") < 2_500_000
    assert failing.statistic("Invocations", "Sum") > failing.statistic("Invocation5XXErrors", "Sum")
    assert healthy.statistic("Invocation5XXErrors", "Sum") == 0

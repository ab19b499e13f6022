from typing import Any

from pointsman.local.sagemaker.hosting.metrics import Invocation, metric_data


def observed(invocations: list[Invocation], endpoint: str) -> dict[str, dict[float, float]]:
    """The counts of each metric's values."""
    found: dict[str, dict[float, float]] = {}
    for datum in metric_data(invocations, 1.0):
        if datum["Dimensions"][0] == {"Name": "EndpointName", "Value": endpoint}:
            found.setdefault(datum["MetricName"], {}).update(zip(datum["Values"], datum["Counts"], strict=True))
    return found


def test_each_kind_of_answer_counts_as_documented() -> None:
    statuses = [200, 204, 404, 500, 503, 0]
    invocations = [Invocation("churn", "A", status, 0.25, 0.001) for status in statuses]
    assert observed([*invocations, Invocation("other", "A", 500, 1, 1)], "churn") == {
        "Invocations": {1: 6},
        "Invocation4XXErrors": {0: 5, 1: 1},
        "Invocation5XXErrors": {0: 4, 1: 2},
        "InvocationModelErrors": {0: 2, 1: 4},
        "ModelLatency": {250_000: 6},
        "OverheadLatency": {1000: 6},
    }


def test_a_datum_has_as_many_values_as_cloudwatch_takes() -> None:
    invocations = [Invocation("churn", "A", 200, number / 1000, 0) for number in range(200)]
    latencies: list[dict[str, Any]] = [
        datum for datum in metric_data(invocations, 1.0) if datum["MetricName"] == "ModelLatency"
    ]
    assert [len(datum["Values"]) for datum in latencies] == [150, 50]
    assert {datum["Unit"] for datum in latencies} == {"Microseconds"}

"""Whom an event is about."""

from typing import Any

import pytest

from control_plane.events import AlarmStateChange
from control_plane.events.cloudwatch import Metric
from control_plane.policies import DriftKind
from on_drift.claims import claims_of_alarm, claims_of_run, kind_of_metric
from tests.sample_events import sample_event
from tests.samples import monitor_run


def watching(*metrics: dict[str, Any]) -> AlarmStateChange:
    event = sample_event("drift_alarm")
    event["detail"]["configuration"] = {"metrics": [{"metricStat": {"metric": metric}} for metric in metrics]}
    return AlarmStateChange.parse(event)


def test_a_run_is_its_schedules_before_its_endpoints() -> None:
    assert claims_of_run(monitor_run()) == ("schedule/churn-data-quality", "endpoint/churn-prod")
    assert claims_of_run(monitor_run(endpoint=None)) == ("schedule/churn-data-quality",)


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("drift_alarm", ("alarm/churn-tenure", "schedule/churn-data-quality", "endpoint/churn-prod")),
        (
            "drift_alarm_metric_math",
            ("alarm/churn-worst-feature", "schedule/churn-data-quality", "endpoint/churn-prod"),
        ),
        ("drift_alarm_composite", ("alarm/pointsman-drift-churn",)),
        ("endpoint_errors_alarm", ("alarm/Churn-Prod-5xx",)),
    ],
)
def test_an_alarm_is_its_own_names_before_its_metrics(name: str, claims: tuple[str, ...]) -> None:
    assert claims_of_alarm(AlarmStateChange.parse(sample_event(name))) == claims


def test_an_alarm_of_several_endpoints_may_be_any_ones() -> None:
    namespace = "aws/sagemaker/Endpoints/model-metrics"
    dimensions: list[dict[str, str]] = [{"Endpoint": "a"}, {"EndpointName": "b"}, {}]
    event = watching(*({"namespace": namespace, "name": "auc", "dimensions": each} for each in dimensions))
    assert claims_of_alarm(event) == ("alarm/churn-tenure", "endpoint/a", "endpoint/b")


@pytest.mark.parametrize(
    ("namespace", "kind"),
    [
        ("aws/sagemaker/Endpoints/data-metrics", DriftKind.DATA_QUALITY),
        ("/aws/sagemaker/Endpoints/data-metric", DriftKind.DATA_QUALITY),
        ("/aws/sagemaker/Endpoints/data-metrics", DriftKind.DATA_QUALITY),
        ("aws/sagemaker/ModelMonitoring/data-metric", DriftKind.DATA_QUALITY),
        ("aws/sagemaker/ModelMonitoring/data-metrics", DriftKind.DATA_QUALITY),
        ("aws/sagemaker/Endpoints/model-metrics", DriftKind.MODEL_QUALITY),
        ("aws/sagemaker/Endpoints/bias-metrics", DriftKind.BIAS),
        ("aws/sagemaker/Endpoints/explainability-metrics", DriftKind.FEATURE_ATTRIBUTION),
        ("AWS/SageMaker", None),
        ("aws/sagemaker/TrainingJobs", None),
        ("my/aws/sagemaker/Endpoints/data-metrics", None),
        ("", None),
    ],
)
def test_the_namespace_says_what_kind_of_drift_a_metric_measures(namespace: str, kind: DriftKind | None) -> None:
    assert kind_of_metric(Metric(namespace=namespace)) is kind

"""Hosting's events, in the forms that SageMaker's documentation and samples show."""

from pointsman.local.sagemaker.hosting import events

ENDPOINT = {
    "EndpointName": "Churn",
    "EndpointArn": "arn:aws:sagemaker:us-east-1:000000000000:endpoint/churn",
    "EndpointConfigName": "old",
    "EndpointStatus": "UpdateRollbackFailed",
    "FailureReason": "why",
    "ProductionVariants": [{"VariantName": "A", "DeployedImages": [{"ResolutionTime": 2.5}]}],
    "CreationTime": 1.0015,
    "LastModifiedTime": 2.0,
    "PendingDeploymentSummary": {"EndpointConfigName": "new", "StartTime": 3.0},
    "active": {"fleet": "internal"},
}


def test_an_endpoints_event_has_upper_snake_and_milliseconds() -> None:
    event = events.endpoint_changed(ENDPOINT, {"team": "churn"})
    assert (event.detail_type, event.resources) == ("SageMaker Endpoint State Change", (ENDPOINT["EndpointArn"],))
    assert event.detail == {
        "EndpointName": "Churn",
        "EndpointArn": ENDPOINT["EndpointArn"],
        "EndpointConfigName": "old",
        "EndpointStatus": "UPDATE_ROLLBACK_FAILED",
        "FailureReason": "why",
        "ProductionVariants": [{"VariantName": "A", "DeployedImages": [{"ResolutionTime": 2500}]}],
        "CreationTime": 1002,
        "LastModifiedTime": 2000,
        "Tags": {"team": "churn"},
    }


def test_a_deployments_event_says_what_is_pending() -> None:
    event = events.deployment_changed({**ENDPOINT, "EndpointStatus": "Updating"}, {})
    assert event.detail_type == "SageMaker Endpoint Deployment State Change"
    assert event.detail["EndpointStatus"] == "UPDATING"
    assert event.detail["PendingDeploymentSummary"] == {"EndpointConfigName": "new", "StartTime": 3000}

"""What a model is at and what it lacks, over an in-memory ledger, registry and endpoint."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from control_plane.endpoints import Variant
from control_plane.records import DecisionStatus, Deployment, Model, Slot
from pointsman.deployment_tables import deployment_list
from pointsman.errors import NotFound
from pointsman.model_tables import model_table, model_view
from pointsman.models import lacking, story_of
from tests.fakes import FakeControlPlane, FakeHistory
from tests.samples import (
    MORNING,
    TRAINING,
    after,
    begun,
    champion,
    deferred,
    deploy_request,
    deployed_spec,
    drift_of,
    endpoint_of,
    evaluated_spec,
    model_of,
    model_spec,
    package_arn,
    revised,
    skipped,
)
from tests.unit.pointsman.test_tables import drawn

SERVING = champion(1, config="churn-1-config")


@pytest.fixture
def plane() -> FakeControlPlane:
    """Version 1 is champion, 3 waits for 2, which is under way, and 4 for approval."""
    plane = FakeControlPlane()
    plane.ledger.apply(deployed_spec(), MORNING)
    for _ in range(4):
        plane.registry.register("churn")
    plane.ledger.crown(skipped("d1"), SERVING, instead_of=None)
    request = deploy_request(2)
    decision = begun("d2", request=request)
    plane.ledger.begin(decision, None)
    plane.ledger.complete(
        revised(decision, DecisionStatus.DONE, decision.outcome, run=request.config),
        Deployment(id="d2", request=request, started_at=MORNING),
    )
    plane.ledger.defer(deferred("d3", request=deploy_request(3)), None)
    return plane


class SageMaker:
    """Churn's endpoint runs version 1 on two instances; one of its monitors has run, and the other is to be made."""

    def describe_endpoint(self, **_: str) -> dict[str, Any]:
        return {"ProductionVariants": [{"VariantName": "AllTraffic", "CurrentWeight": 1.0, "CurrentInstanceCount": 2}]}

    def list_monitoring_schedules(self, **_: str) -> dict[str, Any]:
        return {"MonitoringScheduleSummaries": [{"MonitoringScheduleName": "churn-quality"}]}

    def describe_monitoring_schedule(self, *, MonitoringScheduleName: str) -> dict[str, Any]:  # noqa: N803  boto3's
        if MonitoringScheduleName != "churn-quality":
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": ""}}, "DescribeMonitoringSchedule")
        last = {"MonitoringExecutionStatus": "CompletedWithViolations", "LastModifiedTime": after(hours=1)}
        return {"MonitoringScheduleStatus": "Scheduled", "LastMonitoringExecutionSummary": last}


def environment(plane: FakeControlPlane) -> Any:
    return SimpleNamespace(
        ledger=plane.ledger,
        history=FakeHistory(plane.ledger),
        registry=plane.registry,
        endpoints=plane.endpoints,
        sagemaker=SageMaker(),
    )


def test_a_model_tells_what_is_in_use_under_way_and_waiting(plane: FakeControlPlane) -> None:
    story = story_of(environment(plane), "churn")
    assert story.deployment
    assert story.deployment.request.package == package_arn(2)
    assert [decision.id for decision in story.waiting] == ["d3"]
    assert {decision.id for decision in story.decisions} == {"d1", "d2", "d3"}
    text = drawn(model_view(story), 160)
    for words in (
        "churn/1, for",
        "deployment to churn/2",
        "DEFERRED_BUSY",
        "decision d3",
        "churn/4 waits for approval",
    ):
        assert words in text
    assert package_arn(1) not in text


def test_a_model_tells_what_its_endpoint_runs_and_what_watches_it(plane: FakeControlPlane) -> None:
    spec = deployed_spec(changes={"monitor.schedules": {"churn-bias": "bias"}})
    plane.ledger.apply(spec, MORNING)
    plane.endpoints.endpoints["churn-prod"] = endpoint_of()
    plane.endpoints.configs["churn-1-config"] = [Variant("AllTraffic", "churn-1", (package_arn(1),))]
    text = drawn(model_view(story_of(environment(plane), "churn")), 160)
    assert "churn-prod, InService, configuration churn-1-config" in text
    assert "variant AllTraffic: churn/1, 2 instances, weight 1" in text
    assert "churn-quality, Scheduled, last run CompletedWithViolations" in text
    assert "churn-bias, not there" in text


def test_the_list_tells_of_deployments_too(plane: FakeControlPlane) -> None:
    text = drawn(model_table(list(environment(plane).history.models())), 160)
    assert "deploying churn-2-config" in text
    assert "version 1" in text


def test_a_deployment_is_found_by_its_version_its_endpoint_and_its_decision(plane: FakeControlPlane) -> None:
    text = drawn(deployment_list(list(environment(plane).history.deployments())), 60)
    for words in ("churn/2 on churn-prod", "under way", "configuration churn-2-config", "decision d2"):
        assert words in text
    assert "no deployments yet" in drawn(deployment_list([]), 60)


def test_an_unknown_model_is_said_to_be_unknown(plane: FakeControlPlane) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        story_of(environment(plane), "nobody")


def lacks(model: Model, *, approvals: dict[int, Any] | None = None, endpoint: Any = None) -> str:
    statuses = {package_arn(version): status for version, status in (approvals or {}).items()}
    return "\n".join(lacking(model, endpoint, statuses, after(days=2)))


def test_a_model_that_lacks_nothing_says_nothing() -> None:
    model = model_of(deployed_spec(), champion=SERVING)
    assert lacks(model, approvals={1: "Approved"}, endpoint=endpoint_of()) == ""


@pytest.mark.parametrize(
    ("model", "known", "words"),
    [
        (model_of(), {}, "no champion; `pointsman start churn` trains a version"),
        (model_of(), {"approvals": {2: "PendingManualApproval"}}, "`pointsman approve churn/2` makes one"),
        (model_of(champion=SERVING), {"approvals": {1: "Rejected"}}, "churn/1 is rejected"),
        (model_of(champion=SERVING), {}, "no `deployment` in its spec"),
        (model_of(deployed_spec()), {"endpoint": endpoint_of("theirs")}, "churn-prod is others'; `pointsman adopt"),
        (model_of(deployed_spec(), champion=SERVING), {}, "isn't there; `pointsman deploy churn --force`"),
        (
            model_of(deployed_spec(), champion=SERVING),
            {"endpoint": endpoint_of("other")},
            "`pointsman adopt churn-prod`",
        ),
        (
            model_of(deployed_spec(), champion=SERVING),
            {"endpoint": endpoint_of(status="Failed", failure="no capacity")},
            "Failed (no capacity); delete it",
        ),
        (model_of(model_spec()), {}, "no data.evaluation in its spec"),
        (model_of(evaluated_spec(changes={"data.expect": {"training": "26h"}})), {}, "no training data since"),
    ],
)
def test_what_is_lacking_is_said_in_words_with_what_to_do(model: Model, known: dict[str, Any], words: str) -> None:
    assert words in lacks(model, **known)


def test_what_is_on_its_way_is_not_lacking() -> None:
    model = model_of(deployed_spec(), deploying=Slot(decision="d1"), arrived={TRAINING: after(days=2)})
    assert lacks(model) == ""


def test_drift_is_told_as_it_was_found(plane: FakeControlPlane) -> None:
    assert "none known" in drawn(model_view(story_of(environment(plane), "churn")), 160)
    for kind, summary in (("bias", "age is unfair"), ("data_quality", "[bmi] is off")):
        plane.ledger.note_drift("churn", drift_of(kind, summary=summary))
    told = drawn(model_view(story_of(environment(plane), "churn")), 160)
    assert [words in told for words in ("bias, ", "age is unfair", "data_quality, ", "[bmi] is off")] == [True] * 4

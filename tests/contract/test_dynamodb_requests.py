"""Requests are what DynamoDB charges for and what a burst multiplies: no more of them than the port promises."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.adapters.dynamodb.keys import DUE_SHARDS
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind
from control_plane.records import DecisionStatus, Paused, Watch
from tests.contract.test_ledger_deployments import deploying, waiting
from tests.samples import (
    AT_MOST,
    BUCKET,
    MORNING,
    TRAINING,
    after,
    begun,
    champion,
    deferred,
    deploy_request,
    deployment_of,
    done,
    drift_of,
    ended,
    model_of,
    model_spec,
    package_arn,
    revised,
    route_of,
    run_of,
    skipped,
)

SPEC = model_spec()
ROUTE = route_of(SPEC)
RUNNING, WAITING = begun("d1", "f1"), deferred("d2", "f2")
RUN = run_of(RUNNING)
POSTPONED = revised(RUNNING, DecisionStatus.DEFERRED, Outcome.DEFERRED_CAPACITY)
DEPLOYMENT = deployment_of(deploy_request())
WATCH = Watch(id="w", package=package_arn(), since=MORNING)
PAUSED = Paused(by="ada", why="holidays", since=MORNING)
type Use = Callable[[DynamoDBLedger], object]


@pytest.fixture
def requests(dynamodb: Any) -> Iterator[list[str]]:
    """The operations asked of DynamoDB while a test runs."""
    seen: list[str] = []

    def note(model: Any, **_: Any) -> None:
        seen.append(model.name)

    dynamodb.meta.events.register("before-call.dynamodb", note, unique_id="requests")
    yield seen
    dynamodb.meta.events.unregister("before-call.dynamodb", unique_id="requests")


def nothing(_: DynamoDBLedger) -> None: ...


def begin(ledger: DynamoDBLedger) -> None:
    ledger.begin(RUNNING, None)


def run(ledger: DynamoDBLedger) -> None:
    begin(ledger)
    ledger.complete(done(RUNNING, RUN), RUN)


def wait(ledger: DynamoDBLedger) -> None:
    ledger.defer(WAITING, None)


def note(ledger: DynamoDBLedger) -> None:
    ledger.note_arrivals(ROUTE, first_event="e", arrivals=100, complete=False, now=MORNING)


def note_late(ledger: DynamoDBLedger) -> None:
    ledger.note_arrivals(ROUTE, first_event="e", arrivals=1, complete=False, now=MORNING + AT_MOST)


def note_complete(ledger: DynamoDBLedger) -> None:
    ledger.note_arrivals(ROUTE, first_event="e", arrivals=1, complete=True, now=MORNING)


def look_after(ledger: DynamoDBLedger) -> None:
    ledger.looked_after(model_of(SPEC), {"v1": "Approved"}, heard_until=MORNING, again=after(minutes=15))


def crowned(ledger: DynamoDBLedger) -> None:
    ledger.crown(skipped(), champion(), instead_of=None)


def deploy(ledger: DynamoDBLedger) -> None:
    ledger.begin(deploying("d1"), None)


def wait_for_endpoint(ledger: DynamoDBLedger) -> None:
    ledger.defer(waiting("d2", 2), None)


def deployed(ledger: DynamoDBLedger) -> None:
    deploy(ledger)
    ledger.complete(deploying("d1", status=DecisionStatus.DONE), DEPLOYMENT)


@pytest.mark.parametrize(
    ("before", "use", "expected"),
    [
        (nothing, lambda ledger: ledger.apply(SPEC, MORNING), 2),
        (nothing, lambda ledger: ledger.model("churn"), 1),
        (nothing, lambda ledger: ledger.routes(BUCKET, [f"{number}/" for number in range(100)]), 1),
        (nothing, lambda ledger: ledger.routes(BUCKET, [f"{number}/" for number in range(101)]), 2),
        (nothing, lambda ledger: ledger.routes(BUCKET, []), 0),
        (nothing, note, 1),
        (note, note_late, 2),
        (note, note_complete, 1),
        (nothing, lambda ledger: ledger.tally(skipped()), 1),
        (nothing, lambda ledger: ledger.data_used_by("churn", TRAINING, "f1", MORNING), 1),
        (nothing, begin, 2),
        (wait, begin, 4),
        (nothing, lambda ledger: ledger.settle(skipped(), None), 1),
        (nothing, wait, 2),
        (wait, lambda ledger: ledger.defer(deferred("d3", "f3"), None), 4),
        (wait, lambda ledger: ledger.take_up(revised(WAITING, DecisionStatus.BEGUN, Outcome.STARTED)), 1),
        (begin, lambda ledger: ledger.complete(done(RUNNING, RUN), RUN), 1),
        (begin, lambda ledger: ledger.postpone(POSTPONED), 2),
        (begin, lambda ledger: ledger.refuse(revised(RUNNING, DecisionStatus.DONE, Outcome.REFUSED)), 2),
        (run, lambda ledger: ledger.end_run(ended(RUN)), 1),
        (run, lambda ledger: ledger.end_run(ended(RUN, "Failed")), 2),
        (nothing, lambda ledger: ledger.due(after(days=1)), len(DUE_SHARDS)),
        (begin, lambda ledger: ledger.look_again(RUNNING, after(minutes=5)), 1),
        (nothing, lambda ledger: ledger.decision("d1"), 1),
        (nothing, lambda ledger: ledger.decisions("churn"), 1),
        (nothing, lambda ledger: ledger.runs("churn"), 1),
        (run, lambda ledger: ledger.runs("churn", since=MORNING), 1),
        (nothing, lambda ledger: ledger.window("churn", TRAINING), 1),
        (nothing, lambda ledger: ledger.pause("churn", PAUSED), 1),
        (nothing, lambda ledger: ledger.resume("churn"), 1),
        (nothing, lambda ledger: ledger.crown(skipped(), champion(), instead_of=None), 1),
        (nothing, lambda ledger: ledger.begin(begun("d1", "f1", force=True), None), 2),
        (wait, lambda ledger: ledger.keep_waiting(WAITING), 1),
        (nothing, lambda ledger: ledger.run(RUN.arn), 1),
        (nothing, lambda ledger: ledger.owners([]), 0),
        (nothing, lambda ledger: ledger.owners([f"alarm/{number}" for number in range(100)]), 1),
        (nothing, lambda ledger: ledger.owners([f"alarm/{number}" for number in range(101)]), 2),
        (nothing, lambda ledger: ledger.note_drift("churn", drift_of()), 1),
        (nothing, lambda ledger: ledger.note_no_drift("churn", DriftKind.BIAS, source=None, at=MORNING), 1),
        (nothing, look_after, 1),
        (nothing, deploy, 2),
        (wait_for_endpoint, deploy, 3),
        (wait_for_endpoint, lambda ledger: ledger.begin(deploying("d3", 1, instead_of=2), None), 1),
        (deploy, wait_for_endpoint, 2),
        (wait_for_endpoint, lambda ledger: ledger.defer(waiting("d3", 3), None), 3),
        (wait_for_endpoint, lambda ledger: ledger.take_up(deploying("d2", 2)), 1),
        (wait_for_endpoint, lambda ledger: ledger.withdraw(waiting("d2", 2, status=DecisionStatus.DONE)), 1),
        (deploy, lambda ledger: ledger.complete(deploying("d1", status=DecisionStatus.DONE), DEPLOYMENT), 1),
        (deploy, lambda ledger: ledger.postpone(waiting("d1")), 2),
        (deploy, lambda ledger: ledger.refuse(deploying("d1", status=DecisionStatus.DONE)), 1),
        (deployed, lambda ledger: ledger.end_deployment(DEPLOYMENT, skipped("e"), champion(), instead_of=None), 1),
        (crowned, lambda ledger: ledger.watch(skipped("w"), WATCH, package_arn()), 1),
        (nothing, lambda ledger: ledger.retire("churn", ["churn-1-config"]), 1),
        (nothing, lambda ledger: ledger.collected(skipped("c"), [DEPLOYMENT]), 1),
        (nothing, lambda ledger: ledger.deployment("d1"), 1),
        (nothing, lambda ledger: ledger.deployments("churn"), 1),
    ],
)
def test_no_more_requests_than_promised(
    dynamodb_ledger: DynamoDBLedger, requests: list[str], before: Use, use: Use, expected: int
) -> None:
    dynamodb_ledger.apply(SPEC, MORNING)
    before(dynamodb_ledger)
    requests.clear()
    use(dynamodb_ledger)
    assert len(requests) == expected, requests
    assert "Scan" not in requests

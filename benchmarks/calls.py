"""What one event asks of AWS once its room runs, and its CPU time.

    python -m benchmarks.calls [--rounds N]

Requests to DynamoDB are those that the real adapter sends to the embedded AWS, told by botocore. SageMaker, S3,
EventBridge and the rest are the fakes: a call of a port is as many requests as its adapter makes of it, as the
contract suite has it. CPU time is the room's, with botocore's and its logging.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from statistics import median
from typing import Any, NamedTuple

from benchmarks.counting import Counted
from benchmarks.ledgers import NewLedger, embedded_ledgers
from benchmarks.report import machine, publish, table
from control_plane.events import ObjectCreated
from control_plane.records import Decision
from on_data_arrival.handler import handle as on_data_arrival
from on_endpoint.handler import handle as on_endpoint
from on_pipeline_execution.handler import handle as on_pipeline_execution
from tests.fakes import FakeControlPlane
from tests.samples import deployed_spec, evaluated_spec, model_spec, object_created, package_arn
from tests.unit.world import apply, ask, decide_approval, drift, land, put, start_run, tick

SAGEMAKER_PORTS = ("pipelines", "registry", "monitors", "endpoints", "schedules")
TRAINING_JOBS = 5
# A model, a configuration, then the endpoint; a list of versions, then the newest; a list of steps, then each job.
# Nobody guards the endpoint here, and approving is the event, not the room.
REQUESTS = {
    "create": 3,
    "update": 3,
    "registered_by": 2,
    "jobs": 1 + TRAINING_JOBS,
    "missing_alarms": 0,
    "set_approval": 0,
}
DYNAMODB_TARGET, SAGEMAKER_TARGET = 4, 3


class Case(NamedTuple):
    """`before` makes what the event comes upon; `event` hands it to its room."""

    room: str
    what: str
    before: Callable[[FakeControlPlane], object]
    event: Callable[[FakeControlPlane], object]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    where = machine()
    with embedded_ledgers() as (new_ledger, sent):
        found = [measured(case, new_ledger, sent, given.rounds) for case in CASES]
    publish("calls", {"events": found}, told(found), where)
    return 0


def measured(case: Case, new_ledger: NewLedger, sent: list[str], rounds: int) -> dict[str, Any]:
    """`sent` grows by a name for each request of the ledger's."""
    milliseconds = []
    for _ in range(rounds):
        plane: Any = FakeControlPlane(ledger=new_ledger())  # type: ignore[arg-type]  # the port is all that rooms use
        calls: Counter[str] = Counter()
        for port in SAGEMAKER_PORTS:
            setattr(plane, port, Counted(getattr(plane, port), calls))
        with redirect_stdout(StringIO()):
            case.before(plane)
            sent.clear()
            calls.clear()
            begin = time.process_time()
            came = case.event(plane)
        milliseconds.append(1000 * (time.process_time() - begin))
    return {
        "room": case.room,
        "what": case.what,
        "outcomes": sorted(set(_outcomes(came))),
        "dynamodb": dict(Counter(sent)),
        "sagemaker": {name: times * REQUESTS.get(name, 1) for name, times in calls.items() if REQUESTS.get(name, 1)},
        "cpu_milliseconds": milliseconds,
    }


def _outcomes(came: Any) -> Iterator[str]:
    """Of a room's answer: one decision, several, or what it did beside them."""
    if isinstance(came, tuple | list):
        for part in came:
            yield from _outcomes(part)
    elif came is not None:
        yield str(came.outcome)


def told(found: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for event in found:
        counts = (sum(event[service].values()) for service in ("dynamodb", "sagemaker"))
        names = ", ".join(f"{name} {times}" for name, times in event["dynamodb"].items())
        asked = ", ".join(f"{name} {times}" for name, times in event["sagemaker"].items())
        cpu = f"{median(event['cpu_milliseconds']):.1f}"
        rows.append([event["room"], event["what"], ", ".join(event["outcomes"]), *counts, cpu, names, asked])
    return table(
        ["room", "event", "outcome", "DynamoDB", "SageMaker", "CPU ms", "DynamoDB's requests", "SageMaker's ports"],
        rows,
    )


def _models(*specs: Any) -> Callable[[FakeControlPlane], None]:
    def before(plane: FakeControlPlane) -> None:
        for spec in specs or (model_spec(),):
            apply(plane, spec)

    return before


def _arrive(objects: int, models: int) -> Callable[[FakeControlPlane], object]:
    names = [f"model-{number % models}" for number in range(objects)]
    keys = [f"{name}/training/{number}.csv" for number, name in enumerate(names)]
    return lambda plane: on_data_arrival([ObjectCreated.parse(object_created(key)) for key in keys], plane)


def _started(plane: FakeControlPlane) -> Decision:
    apply(plane, evaluated_spec())
    return start_run(plane, "a.csv")


def _end(plane: FakeControlPlane) -> object:
    return on_pipeline_execution(plane.pipelines.started[0].arn, plane)


def _ended(plane: FakeControlPlane) -> None:
    _started(plane)
    plane.pipelines.end(plane.pipelines.started[0].arn)


def _registered(plane: FakeControlPlane) -> None:
    apply(plane, deployed_spec())
    plane.registry.register("churn")


def _approve(plane: FakeControlPlane) -> object:
    return decide_approval(plane, package_arn(1))


def _deployed(plane: FakeControlPlane) -> None:
    _registered(plane)
    _approve(plane)
    plane.endpoints.settle("churn-prod")


def _settled(plane: FakeControlPlane) -> object:
    return on_endpoint("churn-prod", plane)


def _serving(plane: FakeControlPlane) -> None:
    _deployed(plane)
    _settled(plane)
    put(plane.objects, "churn/evaluation/a.csv")


def _reported(plane: FakeControlPlane) -> None:
    _serving(plane)
    drift(plane)


def _fed(plane: FakeControlPlane) -> None:
    apply(plane, model_spec())
    put(plane.objects, "churn/training/a.csv")


def _complete(plane: FakeControlPlane) -> None:
    apply(plane, model_spec())
    land(plane, "a.csv", "_SUCCESS")


FLEET = [model_spec(f"model-{number}") for number in range(5)]
CASES = [
    Case("on_data_arrival", "1 object", _models(*FLEET), _arrive(1, 1)),
    Case("on_data_arrival", "100 objects of one model", _models(*FLEET), _arrive(100, 1)),
    Case("on_data_arrival", "100 objects of five models", _models(*FLEET), _arrive(100, 5)),
    Case("on_tick", "nothing is due", _models(), tick),
    Case("on_tick", "a window closes, a training starts", _complete, tick),
    Case("on_pipeline_execution", "a training ended", _ended, _end),
    Case("on_model_package", "a version is approved, its endpoint is made", _registered, _approve),
    Case("on_endpoint", "it serves: the champion changes", _deployed, _settled),
    Case("on_drift", "a report starts an evaluation", _serving, drift),
    Case("on_drift", "the same report again", _reported, drift),
    Case("on_request", "a training is asked for", _fed, ask),
]

if __name__ == "__main__":
    sys.exit(main())

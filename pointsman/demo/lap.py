"""One lap: data lands, a window closes, training runs, a version waits for approval."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from control_plane.records import Decision
from pipeline_defs.sample_data import diabetes_objects
from pointsman import executions, observe
from pointsman.environment import Environment
from pointsman.errors import LapFailed
from pointsman.versions import Version

MODEL = "diabetes"
PREFIX = "diabetes/training/"
PATIENCE = timedelta(minutes=3)
ENDED = frozenset({"Succeeded", "Failed", "Stopped"})


@dataclass
class Lap:
    """What has happened so far; the display reads it while the lap goes on.

    `recorded` is true once the control plane knows of the run's end, so that the model is free for the next.
    """

    objects: int = 0
    decisions: list[Decision] = field(default_factory=list)
    execution: executions.Execution | None = None
    package: Version | None = None
    recorded: bool = False


def land(environment: Environment, lap: Lap, watch: Callable[[], None]) -> None:
    """The younger half of the diabetes data as 20 objects, then the manifest that completes them."""
    bucket = environment.output("DataBucket")
    for name, body in [*diabetes_objects(parts=20).items(), ("_SUCCESS", b"")]:
        environment.s3.put_object(Bucket=bucket, Key=PREFIX + name, Body=body)
        lap.objects += name != "_SUCCESS"
        watch()


def follow(environment: Environment, lap: Lap, watch: Callable[[], None]) -> None:
    """Watch until the run has ended, on record too, and its version is registered. Raises LapFailed."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while lap.package is None or not lap.recorded:
        if time.monotonic() > deadline:
            raise LapFailed(f"no version after {PATIENCE.total_seconds():.0f} s; {_standing(lap)}")
        look(environment, lap)
        watch()
        time.sleep(0.2)


def look(environment: Environment, lap: Lap) -> None:
    """Bring `lap` up to date. Raises LapFailed where the run can't end well any more."""
    lap.decisions = list(observe.decisions(environment, MODEL))
    started = next((decision for decision in lap.decisions if decision.run), None)
    if started is None or started.run is None:
        return
    lap.execution = executions.execution(environment, started.run)
    if lap.execution.status not in ENDED:
        return
    lap.package = executions.package_of(environment, lap.execution)
    lap.recorded = observe.run(environment, started.run).status is not None
    if lap.package is None:
        failures = "; ".join(f"{step.name}: {step.failure}" for step in lap.execution.steps if step.failure)
        raise LapFailed(f"the run ended {lap.execution.status} without a version: {failures}")


def _standing(lap: Lap) -> str:
    if lap.execution:
        return f"the run is {lap.execution.status}"
    if lap.decisions:
        return f"the last decision is {lap.decisions[0].outcome}: {lap.decisions[0].because}"
    return "no decision was made; `pointsman status` names the log"

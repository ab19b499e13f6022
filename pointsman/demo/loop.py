"""The whole loop: a version is approved and serves, what it is asked shifts, its monitor says so, an evaluation of it
on the labels so far says that it is degraded, a training follows, and its version is approved and serves.

A person acts twice, by approving; all else follows.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Literal

from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Decision, Deployment, Run
from pipeline_defs.sample_data import diabetes_objects
from pointsman import executions, observe, operate
from pointsman.demo.lap import MODEL, PREFIX
from pointsman.environment import Environment
from pointsman.errors import LapFailed
from pointsman.versions import Version, plain, short

LABELLED = "diabetes/evaluation/"
# An hour of the monitor's passes in half a minute; a machine that does other things as well takes its time.
PATIENCE = timedelta(minutes=5)
ROWS_A_REQUEST = 5

type Say = Callable[[str], None]


@dataclass
class Loop:
    """What has happened. `answered` counts requests by the version that answered."""

    answered: Counter[str] = field(default_factory=Counter)
    deployments: list[Deployment] = field(default_factory=list)
    drift: Decision | None = None
    evaluation: Run | None = None
    verdict: Decision | None = None
    package: Version | None = None


class Round:
    """One loop on one environment. Raises LapFailed where something is not as it should be in time."""

    def __init__(self, environment: Environment, say: Say) -> None:
        self._environment = environment
        self._runtime = environment.client("sagemaker-runtime")
        self._say = say
        self.loop = Loop()

    def go(self, first: Version) -> Loop:
        self._put_in_use(first)
        drift = self._shift()
        verdict = self._evaluate(drift)
        self._put_in_use(self._train(verdict))
        return self.loop

    def _put_in_use(self, version: Version) -> None:
        """Approve it, wait until it is champion and watched, and ask it something."""
        name = short(version.arn)
        self._say(f"a person approves {name}")
        operate.judge(self._environment, version.arn, "Approved", "the demo says so")
        deployment = self._until(lambda: self._deployed(version), f"{name} serves")
        self.loop.deployments.append(deployment)
        self._say(f"{name} serves on {deployment.request.endpoint}, and is the champion")
        self._until(lambda: self._watched(version), f"{name} is watched")
        self._say(f"its monitor holds what it is asked against the baseline of {name}")
        self._ask(next(requests("younger")))

    def _shift(self) -> Decision:
        """Patients are older from now on; labels trickle in, and data to train on is there when it is wanted."""
        self._say("from now on patients are older than those it was trained on; labels trickle in")
        older = diabetes_objects(half="older")
        self._land(LABELLED, older)
        self._land(f"{PREFIX}older-", older)
        self._land(PREFIX, {"_SUCCESS": b""})
        asked = requests("older")

        def look() -> Decision | None:
            self._ask(next(asked))
            return self._evaluation_started()

        self.loop.drift = drift = self._until(look, "the monitor finds drift")
        self._say(f"the monitor found {drift.because}")
        self._say("so the champion is evaluated on the labels so far, which is cheaper than training")
        return drift

    def _evaluate(self, drift: Decision) -> Decision:
        self.loop.evaluation = evaluation = self._until(lambda: self._ended(drift), "the evaluation ends")
        verdict = self._until(lambda: self._environment.ledger.decision(f"{evaluation.decision}-verdict"), "a verdict")
        self.loop.verdict = verdict
        self._say(f"{plain(verdict.because)}: {verdict.outcome}")
        return verdict

    def _train(self, verdict: Decision) -> Version:
        training = self._until(lambda: self._ended(verdict), "the training ends")
        execution = executions.execution(self._environment, training.arn)
        package = executions.package_of(self._environment, execution)
        if package is None:
            raise LapFailed(f"the training ended {execution.status} without a version: {execution.failure}")
        self.loop.package = package
        self._say(f"{short(package.arn)} is trained on both, no worse than the champion on the same rows")
        return package

    def _deployed(self, version: Version) -> Deployment | None:
        found = next(observe.deployments(self._environment, MODEL), None)
        if found is None or found.request.package != version.arn or found.outcome is None:
            return None
        if found.outcome is not Outcome.CHAMPION_CHANGED:
            raise LapFailed(
                f"{short(version.arn)} was not deployed: {found.outcome}; `pointsman deployments` says more"
            )
        return found

    def _watched(self, version: Version) -> bool:
        watch = self._environment.ledger.model(MODEL).watch
        return watch is not None and watch.package == version.arn and bool(watch.monitors)

    def _evaluation_started(self) -> Decision | None:
        found = observe.decisions(self._environment, MODEL, outcome=Outcome.STARTED)
        return next((decision for decision in found if decision.purpose is Purpose.EVALUATION and decision.run), None)

    def _ended(self, decision: Decision) -> Run | None:
        """The run of a decision that may not have been called yet, once it is on record as ended."""
        current = self._environment.ledger.decision(decision.id)
        run = self._environment.ledger.run(current.run) if current and current.run else None
        if run is None or run.status is None:
            return None
        if run.status != "Succeeded":
            raise LapFailed(f"{run.arn} ended {run.status}: {run.failure}")
        return run

    def _ask(self, body: str) -> None:
        answer = self._runtime.invoke_endpoint(
            EndpointName=self.loop.deployments[-1].request.endpoint, ContentType="text/csv", Body=body.encode()
        )
        self.loop.answered[str(json.loads(answer["Body"].read())["model_version"])] += 1

    def _land(self, prefix: str, objects: Mapping[str, bytes]) -> None:
        bucket = self._environment.output("DataBucket")
        for name, body in objects.items():
            self._environment.s3.put_object(Bucket=bucket, Key=prefix + name, Body=body)

    def _until[T](self, look: Callable[[], T | None], what: str) -> T:
        """The first true answer."""
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while not (found := look()):
            if time.monotonic() > deadline:
                raise LapFailed(f"not within {PATIENCE.total_seconds():.0f} s: {what}; `pointsman decisions` says more")
            time.sleep(0.2)
        return found


def requests(half: Literal["younger", "older"]) -> Iterator[str]:
    """Patients without their labels, a few in each, over and over."""
    rows = [
        line.rpartition(",")[0]
        for body in diabetes_objects(half=half).values()
        for line in body.decode().splitlines()[1:]
    ]
    batches = [rows[start : start + ROWS_A_REQUEST] for start in range(0, len(rows), ROWS_A_REQUEST)]
    return ("\n".join(batch) + "\n" for batch in cycle(batches))

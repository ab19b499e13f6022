"""The demo as a command: stage, lap, loop, and the account of them."""

import json
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from pointsman.change_list import change_list
from pointsman.demo import lap as laps
from pointsman.demo import stage
from pointsman.demo.display import Display, epilogue
from pointsman.demo.loop import Loop, Round

_UNBOUNDED = 10_000


def run(state: Path, port: int | None, *, first_lap: bool, as_json: bool) -> None:
    """Leaves the embedded AWS running, for the person to look around. Raises PointsmanError."""
    console = _console(stderr=as_json)
    began = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  {text}", soft_wrap=True)

    say("starting an embedded AWS")
    environment = stage.start(state, port, say)
    changes = stage.prepare(environment, say)
    console.print(change_list(changes))
    say(f"landing data under s3://{environment.output('DataBucket')}/{laps.PREFIX}")
    lap, loop = laps.Lap(), Loop()
    try:
        with Display(console, lap) as display:
            laps.land(environment, lap, display.watch)
            laps.follow(environment, lap, display.watch)
        if lap.package and not first_lap:
            console.print("\n")
            loop = Round(environment, say).go(lap.package)
    except KeyboardInterrupt:
        console.print("interrupted; the embedded AWS goes on, and `pointsman down` stops it")
        raise
    seconds = time.monotonic() - began
    console.print(epilogue(lap, loop, seconds), soft_wrap=True)
    if as_json:
        print(json.dumps(account(lap, loop, seconds)))


def _console(*, stderr: bool) -> Console:
    """A pipe or a file has no width to fit into."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_UNBOUNDED)


def account(lap: laps.Lap, loop: Loop, seconds: float) -> dict[str, object]:
    """What happened, for programs. What the loop brings is empty, or null, after a lap alone."""
    return {
        "ok": True,
        "seconds": round(seconds, 1),
        "objects": lap.objects,
        "decisions": [decision.model_dump(mode="json") for decision in lap.decisions],
        "executions": [asdict(lap.execution)] if lap.execution else [],
        "package": asdict(lap.package) if lap.package else None,
        "deployments": [deployment.model_dump(mode="json") for deployment in loop.deployments],
        "answered": dict(loop.answered),
        "drift": loop.drift.model_dump(mode="json") if loop.drift else None,
        "evaluation": _evaluation(loop),
        "retrained": asdict(loop.package) if loop.package else None,
    }


def _evaluation(loop: Loop) -> dict[str, object] | None:
    """The run, and the decision on its verdict."""
    if loop.evaluation is None or loop.verdict is None:
        return None
    return {"run": loop.evaluation.model_dump(mode="json"), "verdict": loop.verdict.model_dump(mode="json")}

"""What the demo needs before its lap: an empty embedded AWS with the stack deployed and the models applied."""

import shutil
from collections.abc import Callable
from pathlib import Path

from pointsman.apply import apply
from pointsman.environment import LOCAL, Environment, project_root
from pointsman.errors import StateInUse
from pointsman.local import deployment, process
from pointsman.local.aws.ministack import check_version
from pointsman.local.instance import make_state_directory
from pointsman.local.settings import LocalSettings
from pointsman.upserts import Change

# An hour of schedules passes in half a minute, and on_tick looks twice a second.
TIME_SCALE = 120.0


def start(state: Path, port: int | None, say: Callable[[str], None]) -> Environment:
    """Start an embedded AWS on an emptied state directory. Raises StateInUse, ToolMissing, LocalAwsError."""
    marker = state / "made-by-demo"
    make_state_directory(state)
    if any(state.iterdir()) and not marker.exists():
        raise StateInUse(
            f"{state} holds something that the demo did not make; `pointsman demo --state DIR` uses another"
        )
    deployment.check()
    check_version()
    if marker.exists():
        say("emptying the embedded AWS of the demo before")
    process.stop(state)
    shutil.rmtree(state, ignore_errors=True)
    make_state_directory(state)
    marker.touch()
    running = process.start_detached(LocalSettings(state=state, port=port, time_scale=TIME_SCALE))
    return Environment.named(LOCAL, running.endpoint_url)


def prepare(environment: Environment, say: Callable[[str], None]) -> list[Change]:
    """Build, deploy, apply. Raises ToolMissing, ToolFailed, InvalidSpec."""
    say("building the functions (sam build)")
    deployment.build()
    say("deploying the template (sam deploy)")
    deployment.deploy(environment)
    say("compiling the pipelines, applying the models")
    return apply(environment, sorted((project_root() / "pipeline_defs" / "models").glob("*.yaml")))

"""Commands that change something: specs, runs, approvals."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pointsman.cli.options import Env, Force, Json, Name, State, Version, Why, environment
from pointsman.cli.output import console, say, show

if TYPE_CHECKING:
    from pointsman.environment import Environment


def apply(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Model specs or folders of them. Default: pipeline_defs/models.")
    ] = None,
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Compile and upsert the pipelines, write the models into the ledger. An error applies nothing."""
    from pointsman.apply import apply as apply_all
    from pointsman.environment import project_root
    from pointsman.tables import change_table

    models = project_root() / "pipeline_defs" / "models"
    given = [file for path in files or [models] for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    changes = apply_all(environment(env, state), given)
    show([asdict(change) for change in changes], change_table(changes), as_json=as_json)


def start(name: Name, why: Why, *, force: Force = False, env: Env = "local", state: State = None) -> None:
    """Ask for a training."""
    _ask(environment(env, state), name, "training", why, force=force)


def evaluate(name: Name, why: Why, *, force: Force = False, env: Env = "local", state: State = None) -> None:
    """Ask for an evaluation of the champion on the data that has landed, without training."""
    _ask(environment(env, state), name, "evaluation", why, force=force)


def approve(version: Version, why: Why, env: Env = "local", state: State = None) -> None:
    """Approve a version: exactly this one becomes the champion."""
    from pointsman import operate

    operate.judge(environment(env, state), version, "Approved", why)
    say(f"{version} is approved")


def reject(version: Version, why: Why, env: Env = "local", state: State = None) -> None:
    """Reject a version. If it is the champion, the one before takes over."""
    from pointsman import operate

    operate.judge(environment(env, state), version, "Rejected", why)
    say(f"{version} is rejected")


def pause(name: Name, why: Why, env: Env = "local", state: State = None) -> None:
    """Keep a model still: what is decided from now on waits."""
    from pointsman import operate

    operate.pause(environment(env, state), name, why)
    say(f"{name} is paused")


def resume(name: Name, env: Env = "local", state: State = None) -> None:
    """Let a paused model go on."""
    from pointsman import operate

    operate.resume(environment(env, state), name)
    say(f"{name} goes on")


def _ask(environment: "Environment", model: str, purpose: str, why: str, *, force: bool) -> None:
    from pointsman import operate
    from pointsman.tables import decision_story

    console().print(decision_story(operate.request(environment, model, purpose, why, force=force)))

"""Commands that change something: runs, versions in use, approvals."""

from typing import Annotated

import typer

from control_plane.records import Decision
from pointsman.cli.options import Env, Force, Json, Name, State, Version, Why, environment
from pointsman.cli.output import as_document, came_to_nothing, say, show
from pointsman.errors import NothingDone


def start(
    name: Name, why: Why, *, force: Force = False, env: Env = "local", state: State = None, as_json: Json = False
) -> None:
    """Ask for a training."""
    from pointsman import operate

    _answer(operate.ask_for_run(environment(env, state), name, "training", why, force=force), as_json=as_json)


def evaluate(
    name: Name, why: Why, *, force: Force = False, env: Env = "local", state: State = None, as_json: Json = False
) -> None:
    """Ask for an evaluation of the champion on the data that has landed, without training."""
    from pointsman import operate

    _answer(operate.ask_for_run(environment(env, state), name, "evaluation", why, force=force), as_json=as_json)


def deploy(
    what: Annotated[str, typer.Argument(metavar="MODEL", help="Or a version: GROUP/NUMBER, or the package's ARN.")],
    why: Why,
    number: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="Of the version. Default: the champion's, anew.")
    ] = None,
    *,
    force: Force = False,
    env: Env = "local",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Ask for an approved version to be put on its model's endpoint."""
    from pointsman import operate

    _answer(operate.deploy(environment(env, state), what, number, why, force=force), as_json=as_json)


def rollback(
    name: Name,
    why: Why,
    to: Annotated[
        str | None, typer.Option("--to", metavar="VERSION", help="Default: the champion before, if still approved.")
    ] = None,
    *,
    env: Env = "local",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Ask for an earlier version to be in use again. It waits for no freeze and no pause."""
    from pointsman import operate

    _answer(operate.roll_back(environment(env, state), name, to, why), as_json=as_json)


def adopt(
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT")],
    why: Why,
    model: Annotated[str | None, typer.Option(help="Whose endpoint it is; its spec says so, too.")] = None,
    *,
    env: Env = "local",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Take an endpoint under management that others made, or changed, as it is: what it serves becomes the champion."""
    from pointsman import operate

    _answer(operate.adopt(environment(env, state), endpoint, model, why), as_json=as_json)


def approve(version: Version, why: Why, env: Env = "local", state: State = None) -> None:
    """Approve a version: exactly this one is put on the model's endpoint, if it has one, and becomes the champion."""
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


def _answer(decision: Decision, *, as_json: bool) -> None:
    """Show what was decided and where to look on. Raises NothingDone."""
    from pointsman.tables import decision_story
    from pointsman.versions import plain

    show(as_document(decision), decision_story(decision), as_json=as_json)
    if came_to_nothing(decision):
        raise NothingDone(f"{decision.outcome}: {plain(decision.then or decision.because)}")
    if not as_json:
        say(f"`pointsman decisions show {decision.id}` tells how it goes on")

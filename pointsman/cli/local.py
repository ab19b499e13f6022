"""Commands about the embedded AWS itself."""

from dataclasses import asdict
from typing import Annotated

import typer

from pointsman.cli.options import Json, Port, State, own_state, state_directory
from pointsman.cli.output import print_json, say
from pointsman.errors import NotRunning
from pointsman.local.settings import LocalSettings


def up(
    state: State = None,
    port: Port = None,
    *,
    detach: Annotated[bool, typer.Option(help="Run in the background.")] = False,
    deploy: Annotated[
        bool, typer.Option(help="Then build and deploy the template, also to one that runs; implies --detach.")
    ] = False,
    time_scale: Annotated[float, typer.Option(min=1, help="60 lets a minute of schedules pass in a second.")] = 1.0,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="A quota of SageMaker's, such as concurrent_executions=2 or pipeline_steps=50."),
    ] = None,
) -> None:
    """Start the embedded AWS."""
    from pointsman.environment import LOCAL, Environment
    from pointsman.local import deployment, process

    settings = LocalSettings(
        state=own_state(state, LOCAL), port=port, time_scale=time_scale, limits=_limits(limit or [])
    )
    if not detach and not deploy:
        process.serve(settings)
        return
    running = process.status(settings.state) if deploy else None
    if not running:
        running = process.start_detached(settings)
        say(f"serving at {running.endpoint_url}, log in {settings.log_file}")
    if deploy:
        say("building the functions (sam build)")
        deployment.build()
        say("deploying the template (sam deploy)")
        deployment.deploy(Environment.named(LOCAL, running.endpoint_url))


def _limits(given: list[str]) -> dict[str, int]:
    from dataclasses import fields

    from pointsman.local.sagemaker import Limits

    known = [field.name for field in fields(Limits)]
    found = {}
    for text in given:
        name, _, number = text.partition("=")
        if name not in known or not number.isdecimal():
            raise typer.BadParameter(f"{text!r} is not NAME=NUMBER with one of {', '.join(known)}")
        found[name] = int(number)
    return found


def down(state: State = None) -> None:
    """Stop the embedded AWS; what it holds is kept."""
    from pointsman.local import process

    stopped = process.stop(state_directory(state))
    say("stopped" if stopped else "not running")


def status(state: State = None, *, as_json: Json = False) -> None:
    """Say whether the embedded AWS runs, and where."""
    from pointsman.local import process

    settings = LocalSettings(state=state_directory(state))
    running = process.status(settings.state)
    if as_json:
        print_json(asdict(running) if running else None)
    elif running:
        say(f"serving at {running.endpoint_url} since {running.started_at}, pid {running.pid}")
        say(f"state in {settings.state}, log in {settings.log_file}")
    else:
        say("not running")
    if not running:
        raise typer.Exit(NotRunning.exit_code)


def demo(
    state: State = None,
    port: Port = None,
    *,
    first_lap: Annotated[bool, typer.Option("--first-lap", help="Stop at the version that waits.")] = False,
    as_json: Json = False,
) -> None:
    """Run the whole loop on an empty embedded AWS: data, training, approval, endpoint, drift, evaluation, training."""
    from pointsman.demo import show

    show.run(own_state(state, "demo"), port, first_lap=first_lap, as_json=as_json)

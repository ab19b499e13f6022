"""Commands about events: what arrived, and new ones."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from control_plane.outcomes import Outcome
from pointsman.cli.options import Env, Limit, Model, Since, State, environment, moment
from pointsman.cli.output import console, say, write

if TYPE_CHECKING:
    from pointsman.recorded import Choice

events_app = typer.Typer(help="What arrived, and what was decided about it.")
event_app = typer.Typer(help="Events to hand.")

Until = Annotated[str | None, typer.Option(help="Up to then: a duration ago, or a time in ISO 8601.")]
Chosen = Annotated[Outcome | None, typer.Option(help="Only these.", case_sensitive=False, metavar="NAME")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Only this one; may be given several times.")]
_HOUR = timedelta(hours=1)
# CloudWatch shows a line some seconds after it was written.
_OVERLAP = timedelta(seconds=20)
# A look is a FilterLogEvents call for each of six rooms, of which an account has five or ten a second.
_PAUSE_SECONDS = 2.0


@events_app.callback(invoke_without_command=True)
def list_events(
    context: typer.Context,
    *,
    event_id: Ids = None,
    model: Model = None,
    outcome: Chosen = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    env: Env = "local",
    state: State = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The events themselves, one a line, as `pointsman replay -` takes them.")
    ] = False,
) -> None:
    """List what arrived, by default within the last hour: the newest of it, oldest first."""
    if context.invoked_subcommand:
        return
    from pointsman.event_tables import event_table
    from pointsman.places import SAMPLES, Place, moved

    where = environment(env, state)
    found = choice(since, until, event_id=event_id, model=model, outcome=outcome).of(where)[-limit:]
    if as_json:
        here = Place.of(where)
        for each in found:
            print(json.dumps(moved(each.event, here, SAMPLES)))
        return
    console().print(event_table(found))


@events_app.command("follow")
def follow(since: Since = None, env: Env = "local", state: State = None) -> None:
    """Show what arrives and what is decided, as it happens; Ctrl-C ends it."""
    from pointsman.event_tables import line_text
    from pointsman.recorded import lines

    where = environment(env, state)
    start, shown = moment(since) or datetime.now(UTC), dict[str, datetime]()
    try:
        while True:
            for line in lines(where, start):
                text = line_text(line)
                name = f"{line.at} {line.request} {json.dumps(line.told, sort_keys=True)}"
                if text is not None and name not in shown:
                    console().print(text, soft_wrap=True)
                    shown[name] = line.at
                start = max(start, line.at - _OVERLAP)
            shown = {name: at for name, at in shown.items() if at >= start}
            time.sleep(_PAUSE_SECONDS)
    except KeyboardInterrupt:
        return


@event_app.command("new")
def new(
    kind: Annotated[str | None, typer.Argument(help="By the samples' names; without one they are listed.")] = None,
    *,
    model: Annotated[str, typer.Option(help="Whom it is about.")] = "churn",
    endpoint: Annotated[str | None, typer.Option(help="Its endpoint; default: of the model's name.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Which of its versions.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a field: detail.share=0.5.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
) -> None:
    """Make an event with an id and times of its own."""
    from pointsman.event_kinds import About, kinds, new_event

    if kind is None:
        say("\n".join(kinds()))
        return
    made = json.dumps(new_event(kind, About(model, endpoint, version), changes or []), indent=2)
    if output:
        write(output, made + "\n")
    else:
        print(made)


def choice(
    since: str | None, until: str | None, *, event_id: Sequence[str] | None, model: str | None, outcome: Outcome | None
) -> "Choice":
    from pointsman.recorded import Choice

    return Choice(moment(since) or datetime.now(UTC) - _HOUR, moment(until), event_id, model, outcome)

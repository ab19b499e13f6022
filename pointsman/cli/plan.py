"""What would happen to events; what a room answers to one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pointsman.cli.options import Env, Json, State, environment
from pointsman.cli.output import console, print_json, say
from pointsman.errors import BadRequest

if TYPE_CHECKING:
    from pointsman.plan import Planner

Events = Annotated[list[str], typer.Argument(metavar="EVENT...", help="Files, folders, or - for standard input.")]
PlannedState = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="POINTSMAN_STATE",
        help="A file that tells the state, so that no AWS is asked; or the folder of an embedded AWS.",
    ),
]


def plan(
    events: Events,
    why_not: Annotated[
        str | None, typer.Option("--why-not", metavar="RULE", help="Say what keeps the events from this rule.")
    ] = None,
    env: Env = "local",
    state: PlannedState = None,
    *,
    as_json: Json = False,
) -> None:
    """Tell what would happen to events, and why; touch nothing."""
    from pointsman.event_files import read_events
    from pointsman.plan_view import plan_document, plan_view

    given = read_events(events)
    planner = planner_of(env, state)
    if why_not:
        rule = planner.rules.named(why_not)
        for each in given:
            say(f"{each.where}: {rule.mismatch(planner.as_it_comes(each.event)) or f'{rule.name} matches'}")
        return
    planned = ((each, planner.plan(each.event)) for each in given)
    if as_json:
        print_json([plan_document(each, plans) for each, plans in planned])
        return
    for each, plans in planned:
        console().print(plan_view(each, plans))


def invoke(
    room: Annotated[str, typer.Argument(metavar="ROOM", help="Such as on_model_package.")],
    event: Annotated[str, typer.Argument(metavar="EVENT", help="A file, or - for standard input.")],
    state: State = None,
) -> None:
    """Let the built room handle an event in a container, in front of the embedded AWS: `sam local invoke`."""
    from pointsman.environment import LOCAL
    from pointsman.event_files import read_events
    from pointsman.local import invocation

    given = read_events([event])
    if len(given) != 1:
        raise BadRequest(f"{event}: expected one event (found {len(given)})")
    print_json(invocation.invoke(environment(LOCAL, state), room, given[0].event))


def planner_of(env: str, state: Path | None) -> "Planner":
    """By a file alone, or by an environment."""
    from pointsman.plan import Planner
    from pointsman.rehearsal.state_file import StateFile

    if state and not state.is_dir():
        return Planner.of_file(StateFile.read(state))
    return Planner.of_environment(environment(env, state))

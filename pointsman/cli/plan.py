"""What would happen to events."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pointsman.cli.options import Env, Json, environment
from pointsman.cli.output import console, print_json, say

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
            say(f"{each.where}: {rule.mismatch(each.event) or f'{rule.name} matches'}")
        return
    planned = ((each, planner.plan(each.event)) for each in given)
    if as_json:
        print_json([plan_document(each, plans) for each, plans in planned])
        return
    for each, plans in planned:
        console().print(plan_view(each, plans))


def planner_of(env: str, state: Path | None) -> "Planner":
    """By a file alone, or by an environment."""
    from pointsman.plan import Planner
    from pointsman.rehearsal.state_file import StateFile

    if state and not state.is_dir():
        return Planner.of_file(StateFile.read(state))
    return Planner.of_environment(environment(env, state))

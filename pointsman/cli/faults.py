"""Commands about what shall go wrong in the embedded AWS."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pointsman.cli.options import Json, State, environment
from pointsman.cli.output import print_json, say, show
from pointsman.local.faults.fault import AtEvent, AtOperation, AtStep

if TYPE_CHECKING:
    from pointsman.local.faults.running import RunningFaults

local_app = typer.Typer(help="The embedded AWS alone.")
fault_app = typer.Typer(help="What shall go wrong: answers, events, steps. Faults end with the instance.")
local_app.add_typer(fault_app, name="fault")

_WHERE = "SERVICE:OPERATION, event:DETAIL-TYPE or step:NAME; wildcards after the colon."
_WHAT = f"Of an operation: {', '.join(AtOperation)}. Of an event: {', '.join(AtEvent)}. Of a step: {', '.join(AtStep)}."


@fault_app.command()
def add(
    where: Annotated[str, typer.Argument(help=_WHERE)],
    what: Annotated[str, typer.Argument(help=_WHAT)],
    *,
    on: Annotated[
        str, typer.Option(help="Only what is about this name, path or ARN; of a step, its pipeline. Wildcards.")
    ] = "*",
    times: Annotated[int, typer.Option(min=1, help="How often.")] = 1,
    always: Annotated[bool, typer.Option("--always", help="Until it is cleared.")] = False,
    share: Annotated[float, typer.Option(help="Of the occasions, such as 0.1.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Draws the share anew, and each time the same.")] = 0,
    seconds: Annotated[
        float | None, typer.Option(help="How late: on the time scale for events, as they are for answers.")
    ] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Let something go wrong."""
    number = _faults(state).add(
        where, what, on=on, times=None if always else times, share=share, seed=seed, seconds=seconds
    )
    if as_json:
        print_json({"id": number})
    else:
        say(f"fault {number} stands; `pointsman local fault clear {number}` ends it")


@fault_app.command("list")
def list_faults(state: State = None, *, as_json: Json = False) -> None:
    """Show the faults that stand: how often each has struck, and how often it still will."""
    from pointsman.tables import fault_list

    found = _faults(state).list()
    show(found, fault_list(found), as_json=as_json)


@fault_app.command()
def clear(
    number: Annotated[str | None, typer.Argument(metavar="[ID]", help="Without one: all.")] = None,
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """End a fault, or all of them."""
    gone = _faults(state).clear(number)
    if as_json:
        print_json({"cleared": gone})
    else:
        say(f"{gone} cleared")


def _faults(state: Path | None) -> "RunningFaults":
    """Raises NotRunning."""
    from pointsman.environment import LOCAL
    from pointsman.local.faults.running import RunningFaults

    return RunningFaults(str(environment(LOCAL, state).endpoint_url))

"""Commands that hand events to rooms again."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pointsman.cli.events import Chosen, Ids, Until, choice
from pointsman.cli.options import Env, Force, Limit, Model, Since, State, environment
from pointsman.cli.output import console, say
from pointsman.errors import BadRequest, Interrupted, NotFound, RoomFailed

if TYPE_CHECKING:
    from pointsman.environment import Environment
    from pointsman.recorded import Choice
    from pointsman.replay import Pace, Progress, Replay

DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen instead, as `pointsman plan` does.")]
Rate = Annotated[float, typer.Option(min=0.01, help="At most so many a second.")]
Speed = Annotated[
    float | None,
    typer.Option(min=0.01, help="Instead of --rate, with the gaps that were between them, so many times shorter."),
]


def replay(
    events: Annotated[
        list[str] | None, typer.Argument(metavar="[EVENT]...", help="Files, folders, or -; without any: recorded ones.")
    ] = None,
    *,
    event_id: Ids = None,
    model: Model = None,
    outcome: Chosen = None,
    since: Since = None,
    until: Until = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Go on with one that was interrupted or failed in part."),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="ENV", help="Default: where they were recorded.")] = None,
    dry_run: DryRun = False,
    force: Force = False,
    why: Annotated[str | None, typer.Option("--why", help="Goes on record; needed with --force.")] = None,
    rate: Rate = 10.0,
    speed: Speed = None,
    env: Env = "local",
    state: State = None,
) -> None:
    """Deliver events again, each to its room. What was decided before stays so; what is new is decided."""
    from pointsman.replay import Replay, as_they_came, at_rate

    pace = as_they_came(speed) if speed else at_rate(rate)
    if resume:
        begun = Replay.named(resume)
        _deliver(begun, environment(begun.about["to"], state), pace)
        return
    if not events and not (event_id or model or outcome or since):
        raise BadRequest("which events? Name files, or choose recorded ones by --id, --model, --outcome or --since")
    target = to or env
    where = environment(target, state)
    which = choice(since, until, event_id=event_id, model=model, outcome=outcome)
    chosen = _read(events) if events else _recorded(environment(env, state), which)
    if force:
        chosen = _forced(chosen, where, why)
    if dry_run:
        _plan(chosen, where)
        return
    _deliver(Replay.begun(chosen, {"to": target}), where, pace)


def redrive(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Send them without asking.")] = False,
    dry_run: DryRun = False,
    limit: Limit = 50,
    env: Env = "local",
    state: State = None,
) -> None:
    """Show dead letters, and hand them to their rooms again. What is handled leaves the queue; what isn't stays."""
    from pointsman.dead_letters import DeadLetters
    from pointsman.delivery import Courier
    from pointsman.event_tables import delivery_text, letter_table

    where = environment(env, state)
    queue = DeadLetters.of(where)
    letters = list(queue.take(limit))
    left = list(letters)
    try:
        console().print(letter_table(letters))
        events = [(letter, letter.event) for letter in letters if letter.event]
        if dry_run:
            _plan([event for _, event in events], where)
        if dry_run or not events or not (yes or typer.confirm(f"send {len(events)} again?")):
            return
        courier = Courier(where)
        for letter, event in events:
            answer = courier.deliver(event)
            console().print(delivery_text(event, answer))
            if answer.is_handled:
                queue.remove(letter)
                left.remove(letter)
    finally:
        for letter in left:
            queue.put_back(letter)
    if any(letter.event for letter in left):
        raise RoomFailed(f"{sum(letter.event is not None for letter in left)} stay where they are")


def _read(events: Sequence[str]) -> list[Mapping[str, Any]]:
    from pointsman.event_files import read_events

    return [given.event for given in read_events(events)]


def _recorded(where: "Environment", which: "Choice") -> list[Mapping[str, Any]]:
    """In the samples' terms, so that they are at home anywhere. Raises NotFound."""
    from pointsman.places import SAMPLES, Place, moved

    here, found = Place.of(where), which.of(where)
    if not found:
        raise NotFound(f"no such event since {which.since:%Y-%m-%d %H:%M} UTC; --since reaches further back")
    return [moved(each.event, here, SAMPLES) for each in found]


def _plan(events: Sequence[Mapping[str, Any]], where: "Environment") -> None:
    from pointsman.event_files import Given
    from pointsman.plan import Planner
    from pointsman.plan_view import plan_view

    planner = Planner.of_environment(where)
    for event in events:
        console().print(plan_view(Given(str(event.get("id")), event), planner.plan(event)))


def _forced(events: Sequence[Mapping[str, Any]], where: "Environment", why: str | None) -> list[Mapping[str, Any]]:
    from pointsman.forcing import forced
    from pointsman.plan import Planner

    if not why:
        raise BadRequest("--force passes policies: say --why, which goes on record")
    planner = Planner.of_environment(where)
    return [forced(event, planner, where.ledger, why) for event in events]


def _deliver(begun: "Replay", where: "Environment", pace: "Pace") -> None:
    """Raises Interrupted, RoomFailed."""
    from rich.text import Text

    from pointsman.delivery import Courier, Delivered
    from pointsman.event_tables import delivery_text

    total = begun.total
    done = total - begun.left

    def told(event: Mapping[str, Any], answer: Delivered) -> None:
        nonlocal done
        done += 1
        console().print(Text(f"{done}/{total}  ").append_text(delivery_text(event, answer)), soft_wrap=True)

    _end(begun, begun.deliver(Courier(where).deliver, told, pace))


def _end(begun: "Replay", progress: "Progress") -> None:
    go_on = f"`pointsman replay --resume {begun.name}`"
    if progress.stopped:
        raise Interrupted(f"{progress.done} of {progress.total} are delivered; {go_on} delivers the others")
    if progress.failed:
        raise RoomFailed(f"{progress.failed} of {progress.total} failed; {go_on} tries them again")
    say(f"{progress.total} delivered")

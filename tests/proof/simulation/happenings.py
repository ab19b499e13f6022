"""What AWS and people do in one step. Where there is nothing to do it to, nothing happens."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from control_plane.endpoints import Variant
from control_plane.errors import CallError, CallRefused, CapacityExceeded
from control_plane.records import Paused
from control_plane.registry import ApprovalStatus
from tests.fakes.faults import Throttled
from tests.proof.simulation import sending
from tests.proof.simulation.fleet import VARIANTS, spec_of
from tests.proof.simulation.stories import Twist
from tests.proof.simulation.versions import add_version, end_run
from tests.proof.simulation.world import Letter, World

type Happening = Callable[[World, str, int, Twist | None], object]

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 1, 2, 4, 10, 30, 90, 700, 1500))
NAMES = ("a.csv", "b.csv", "c.csv", "_SUCCESS", "_SUCCESS", "_temporary/a.csv")
SHORTAGES: tuple[CallError | Throttled | None, ...] = (
    *(None, None, None, None),
    *(CapacityExceeded("quota used up"), CapacityExceeded("quota used up"), CallRefused("no such pipeline")),
    Throttled("StartPipelineExecution"),
)
_MOST_VERSIONS = 15


def deliver(world: World, _model: str, number: int, twist: Twist | None) -> None:
    if world.queue:
        world.deliver(world.queue[number % len(world.queue)], twist)


def deliver_again(world: World, _model: str, number: int, twist: Twist | None) -> None:
    """AWS's own second delivery need not have the id of the first."""
    if world.delivered:
        first = world.delivered[number % len(world.delivered)]
        again = first.event if first.event["source"] == "pointsman" else {**first.event, "id": f"again-{number}"}
        world.queue.append(Letter(again, first.business))
        world.deliver(world.queue[-1], twist)


def tick(world: World, _model: str, _number: int, twist: Twist | None) -> None:
    world.tick(twist)


def wait(world: World, _model: str, number: int, _twist: Twist | None) -> None:
    world.plane.wait(WAITS[number % len(WAITS)])


def lose(world: World, _model: str, number: int, _twist: Twist | None) -> None:
    if losable := [letter for letter in world.queue if letter.may_be_lost]:
        world.queue.remove(losable[number % len(losable)])


def land(world: World, model: str, number: int, _twist: Twist | None) -> None:
    """One to three objects, of few contents: sooner or later the same."""
    folder = ("training", "training", "evaluation")[number % 3]
    for at in range(number % 4):
        sending.land(world, f"{model}/{folder}/{NAMES[(number // 7 + at) % len(NAMES)]}", f"{number // 5 % 3}")


def remove_data(world: World, model: str, _number: int, _twist: Twist | None) -> None:
    for bucket, key in [place for place in world.plane.objects.current if place[1].startswith(f"{model}/training/")]:
        world.plane.objects.delete(bucket, key)


def end_a_run(world: World, _model: str, number: int, _twist: Twist | None) -> None:
    if running := world.plane.pipelines.running:
        status = ("Succeeded", "Succeeded", "Succeeded", "Succeeded", "Failed", "Stopped")[number % 6]
        end_run(world, running[number % len(running)], status, passed=bool(number // 6 % 2))


def settle_an_endpoint(world: World, _model: str, number: int, _twist: Twist | None) -> None:
    if moving := [name for name, found in world.plane.endpoints.endpoints.items() if not found.has_settled]:
        name = moving[number % len(moving)]
        (world.plane.endpoints.roll_back if number // 8 % 4 == 0 else world.plane.endpoints.settle)(name)
        sending.endpoint_changed(world, name)


def register(world: World, model: str, _number: int, _twist: Twist | None) -> None:
    if sum(package.group == model for package in world.plane.registry.packages.values()) < _MOST_VERSIONS:
        add_version(world, model)


def decide_about_a_version(world: World, model: str, number: int, _twist: Twist | None) -> None:
    """Every fourth is a rejection, and every other of those of the champion."""
    status: ApprovalStatus = "Rejected" if number % 4 == 0 else "Approved"
    packages, champion = world.plane.registry.packages, world.plane.ledger.model(model).champion
    found = [arn for arn in sending.versions(world, model) if packages[arn].approval_status != status]
    if status == "Rejected" and number % 8 and champion and champion.package in found:
        sending.decide(world, champion.package, status)
    elif found:
        sending.decide(world, found[-1 - number // 4 % len(found)], status)


def meddle(world: World, model: str, number: int, _twist: Twist | None) -> None:
    """Others change an endpoint of ours, delete it, or make it before us."""
    endpoints, name, served = world.plane.endpoints, f"{model}-prod", sending.versions(world, model)
    found = endpoints.endpoints.get(name)
    if found and not found.has_settled:
        return
    world.promises.excuse(model)
    if found and number % 2:
        del endpoints.endpoints[name]
    elif served:
        sending.put_theirs(world, name, Variant("theirs", "theirs", (served[number % len(served)],)))


def forget(world: World, model: str, number: int, _twist: Twist | None) -> None:
    """A pipeline is deleted with what it runs, or an old version."""
    running, old = world.plane.pipelines.running, sending.versions(world, model)[:-1]
    if number % 2 and running:
        world.plane.pipelines.delete(running[number % len(running)])
    elif old:
        del world.plane.registry.packages[old[number % len(old)]]
        world.promises.excuse(model)


def apply(world: World, model: str, number: int, _twist: Twist | None) -> None:
    world.promises.excuse(model)
    world.promises.respecified.add(model)
    world.plane.ledger.apply(spec_of(model, number % VARIANTS), world.plane.now())


def pause(world: World, model: str, _number: int, _twist: Twist | None) -> None:
    world.plane.ledger.pause(model, Paused(by="ada", why="looking", since=world.plane.now()))


def resume(world: World, model: str, _number: int, _twist: Twist | None) -> None:
    world.plane.ledger.resume(model)


def change_the_quota(world: World, model: str, number: int, _twist: Twist | None) -> None:
    shortage = SHORTAGES[number // 3 % len(SHORTAGES)]
    match number % 3:
        case 0:
            world.plane.pipelines.unavailable = shortage  # type: ignore[assignment]  # throttling is no CallError
        case 1:
            world.plane.endpoints.unavailable = shortage  # type: ignore[assignment]
        case _:
            world.plane.endpoints.alarms ^= {f"{model}-guard"}


HAPPENINGS: Mapping[str, Happening] = {
    "deliver": deliver,
    "deliver again": deliver_again,
    "tick": tick,
    "wait": wait,
    "lose": lose,
    "land": land,
    "remove data": remove_data,
    "end a run": end_a_run,
    "settle an endpoint": settle_an_endpoint,
    "register": register,
    "decide about a version": decide_about_a_version,
    "report drift": sending.report_drift,
    "ring an alarm": sending.ring_alarm,
    "end a monitor's run": sending.end_monitor_run,
    "ask for a run": sending.ask_for_run,
    "ask for a version": sending.ask_for_version,
    "ask to go back": sending.ask_to_go_back,
    "ask to adopt": sending.ask_to_adopt,
    "pause": pause,
    "resume": resume,
    "apply": apply,
    "change the quota": change_the_quota,
    "meddle": meddle,
    "forget": forget,
}

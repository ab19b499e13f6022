"""Nothing goes wrong any more, people are done, and time passes: what must have come of it all."""

from collections.abc import Iterator
from datetime import timedelta

from control_plane.outcomes import Outcome
from control_plane.records import Decision, DeployRequest, Model
from control_plane.registry import Package
from tests.proof.simulation import sending
from tests.proof.simulation.fleet import VARIANTS, spec_of
from tests.proof.simulation.promise import Broken, promise
from tests.proof.simulation.versions import end_run
from tests.proof.simulation.world import Letter, World

MINUTE = timedelta(minutes=1)
ROUNDS = 400
_TICKS = 2


def come_to_rest(world: World) -> None:
    """Everything is delivered, runs and deployments end well, a tick comes every minute: until nothing is left to do,
    and a look after every model finds nothing more. Where all waits for some time to come, that time comes next.
    """
    _lift_everything(world)
    idle: dict[str, int] = {}
    was_looked_after = False
    for _ in range(ROUNDS):
        done = _a_minute(world)
        _slots_are_not_held_for_nothing(world, idle)
        world.promises.between_calls()
        due = world.promises.rows.due
        at_rest = done and all(place[0] == "model" for place in due)
        if at_rest and was_looked_after:
            return
        was_looked_after = at_rest
        world.plane.wait(MINUTE)
        if done:
            world.plane.clock = max(world.plane.clock, (max if at_rest else min)(due.values()))
    waits = ", ".join(f"{'/'.join(place)} at {at:%a %H:%M}" for place, at in due.items())
    raise Broken(f"2: it doesn't come to rest: {len(world.queue)} events on their way; due {waits}")


def deliver_all_again(world: World) -> None:
    """Late, and under other ids where AWS gives others: nothing comes of it (1)."""
    before = len(world.plane.pipelines.started), len(world.plane.endpoints.asked)
    for letter in [known for known in world.delivered if known.kind != "Object Created"]:
        again = letter.event if letter.event["source"] == "pointsman" else {**letter.event, "id": world.new_id()}
        world.queue.append(Letter(again, letter.business))
        world.deliver(world.queue[-1])
        promise(not world.dead, f"2: {letter.business} can't be handled when it comes again")
        after = len(world.plane.pipelines.started), len(world.plane.endpoints.asked)
        promise(after == before, f"1: {letter.business} comes again, and something is started or deployed")


def _lift_everything(world: World) -> None:
    plane = world.plane
    plane.pipelines.unavailable = plane.endpoints.unavailable = None
    for model in world.promises.rows.specs:
        plane.ledger.resume(model)
        plane.endpoints.alarms.add(f"{model}-guard")
        _give_endpoint_back(world, plane.ledger.model(model))
    for letter in world.dead:
        letter.attempts = 0
    world.queue += world.dead
    world.dead.clear()


def _give_endpoint_back(world: World, model: Model) -> None:
    """A spec that lost its endpoint while its leftovers were being deleted: what waits for those waits until then."""
    if model.spec.deployment is None and model.collecting:
        specs = (spec_of(model.spec.model, variant) for variant in range(VARIANTS))
        world.plane.ledger.apply(next(spec for spec in specs if spec.deployment), world.plane.now())


def _a_minute(world: World) -> bool:
    """Whether nothing was left to do."""
    plane = world.plane
    ticked = world.tick()
    quiet = ticked and not world.queue
    for letter in list(world.queue):
        if letter in world.queue:
            world.deliver(letter)
    promise(not world.dead, f"2: {[letter.business for letter in world.dead]} can't be handled, though nothing fails")
    for arn in plane.pipelines.running:
        end_run(world, arn, "Succeeded", passed=True)
        quiet = False
    for name in [name for name, found in plane.endpoints.endpoints.items() if not found.has_settled]:
        plane.endpoints.settle(name)
        sending.endpoint_changed(world, name)
        quiet = False
    for model in plane.ledger.models():
        quiet = _take_back(world, model) and quiet
    return quiet and not world.queue


def _take_back(world: World, model: Model) -> bool:
    """Drift that goes on is answered again every day, for ever."""
    for kind in model.drift:
        sending.report(world, model.spec.model, kind, drifted=False)
    return not model.drift


def _slots_are_not_held_for_nothing(world: World, idle: dict[str, int]) -> None:
    plane, rows = world.plane, world.promises.rows
    moving = {name for name, found in plane.endpoints.endpoints.items() if not found.has_settled}
    running = {known.request.model for known in plane.pipelines.started if known.arn in plane.pipelines.running}
    held = {f"{slot.decision}, {'/'.join(place)}": place for place, slot in rows.slots.items()}
    for holder, (model, slot) in held.items():
        busy = model in running if slot == "run" else f"{model}-prod" in moving
        idle[holder] = 0 if busy else idle.get(holder, 0) + 1
    for holder in idle.keys() - held.keys():
        del idle[holder]
    long = [holder for holder, ticks in idle.items() if ticks > _TICKS]
    promise(not long, f"4: {long} is held for more than {_TICKS} ticks with nothing under way")


def judge(world: World) -> None:
    """At rest."""
    rows = world.promises.rows
    promise(not rows.slots, f"4: slots are held: {dict(rows.slots)}")
    promise(not rows.pending, f"4: starts wait: {dict(rows.pending)}")
    for model in world.plane.ledger.models():
        for broken in (*_data(world, model), *_approvals(world, model), *_endpoint(world, model)):
            raise Broken(broken)


def _data(world: World, model: Model) -> Iterator[str]:
    """What landed last led to a decision."""
    for purpose in model.spec.data.sources:
        landed = world.promises.landings.get((model.spec.model, purpose))
        decisions = [item for item in world.plane.ledger.decisions(model.spec.model) if item.purpose == purpose]
        if (
            landed
            and model.spec.model not in world.promises.tampered
            and not any(item.event.startswith("s3://") and item.decided_at >= landed for item in decisions)
        ):
            yield f"2: {model.spec.model}'s {purpose} data of {landed:%a %H:%M:%S} led to no decision"


def _approvals(world: World, model: Model) -> Iterator[str]:
    """The newest approval was heard of, whatever came of it; a rejected champion is there for want of another."""
    name, champion, packages = model.spec.model, model.champion, world.plane.registry.packages
    known = [packages[arn] for arn in sending.versions(world, name) if packages[arn].approval_status == "Approved"]
    newest = max(
        (item for item in known if item.last_modified >= model.since), key=lambda item: item.last_modified, default=None
    )
    excused = newest is None or name in world.promises.respecified or _was_overtaken(world, newest)
    if newest and not excused:
        about = [item for item in world.plane.ledger.decisions(name) if _is_about(item, newest.arn)]
        if not any(item.decided_at >= newest.last_modified for item in about):
            yield f"6: the approval of {newest.arn} was never heard of"
    if champion and champion.package in packages and packages[champion.package].approval_status == "Rejected":
        line = [arn for arn in champion.earlier if arn in packages and packages[arn].approval_status == "Approved"]
        tried = [item for item in world.plane.ledger.deployments(name) if item.request.instead_of == champion.package]
        if line and not tried and name not in world.promises.tampered:
            yield f"6: {champion.package} is champion, though it was rejected and {line[0]} could be gone back to"


def _was_overtaken(world: World, version: Package) -> bool:
    """By a choice that was made later; or it was approved twice, which ticks can't tell from once between two looks."""
    chosen = world.promises.chosen.get(version.group)
    return world.promises.approvals[version.arn] > 1 or (chosen is not None and chosen >= version.last_modified)


def _is_about(decision: Decision, version: str) -> bool:
    asked = decision.request
    return decision.event.startswith(f"{version} ") or (isinstance(asked, DeployRequest) and asked.package == version)


def _endpoint(world: World, model: Model) -> Iterator[str]:
    champion, serving, name = model.champion, model.spec.deployment, model.spec.model
    packages = world.plane.registry.packages
    if champion is None or serving is None or champion.config is None:
        return
    found = world.plane.endpoints.endpoints.get(serving.endpoint)
    if found and (found.status, found.config) == ("InService", champion.config):
        yield from _watch(world, model, champion.package)
        return
    chosen = packages.get(champion.package)
    told = [item for item in world.plane.ledger.decisions(name) if item.outcome is Outcome.CHAMPION_NOT_SERVING]
    if name not in world.promises.tampered and chosen and chosen.approval_status == "Approved":
        yield f"5: {champion.package} is champion of {name}, and its endpoint is {found}"
    elif not told:
        yield f"5: {name}'s endpoint doesn't serve its champion {champion}, and nobody is told: {found}"


def _watch(world: World, model: Model, package: str) -> Iterator[str]:
    schedules = world.plane.schedules
    of_model = [
        schedules.plans[ran] for ran in schedules.running.values() if schedules.plans[ran].model == model.spec.model
    ]
    version = package.rpartition("/")[2]
    for plan in of_model:
        if f"/{version}/" not in plan.constraints:
            yield f"3: {plan.schedule} compares with {plan.constraints}, and {package} is champion"
    if model.spec.monitor.kind != "none" and not of_model and package in world.plane.registry.packages:
        yield f"3: {model.spec.model}'s endpoint isn't watched"

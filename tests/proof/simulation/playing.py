"""A story played from its beginning to rest, shortened where it breaks a promise, and told."""

from dataclasses import dataclass

from tests.fakes import FakeControlPlane, FakeLedger
from tests.proof.scenarios import LaggingLedger
from tests.proof.simulation.fleet import MODELS, spec_of
from tests.proof.simulation.happenings import HAPPENINGS
from tests.proof.simulation.promise import Broken
from tests.proof.simulation.rest import come_to_rest, deliver_all_again, judge
from tests.proof.simulation.stories import Step, Story, story_of
from tests.proof.simulation.versions import found
from tests.proof.simulation.world import World


@dataclass(frozen=True)
class Played:
    """`broken` is None where every promise was kept."""

    world: World
    broken: str | None


class Play:
    """One story in a world of its own."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.models = MODELS[: len(story.variants)]
        ledger = LaggingLedger() if story.lagging else FakeLedger()
        self.world = World(story.silent, self.take, FakeControlPlane(ledger=ledger))
        for model, variant in zip(self.models, story.variants, strict=True):
            self.world.plane.ledger.apply(spec_of(model, variant), self.world.plane.now())
            if story.founded:
                found(self.world, model)

    def to_the_end(self) -> None:
        world = self.world
        for step in self.story.steps:
            world.log.append(
                f"{world.plane.now():%a %H:%M:%S} -- {step.verb} ({self.models[step.model % len(self.models)]})"
            )
            self.take(step)
            world.promises.between_calls()
        world.log.append("-- nothing goes wrong any more")
        come_to_rest(world)
        judge(world)
        deliver_all_again(world)
        come_to_rest(world)
        judge(world)

    def take(self, step: Step) -> None:
        HAPPENINGS[step.verb](self.world, self.models[step.model % len(self.models)], step.number, step.twist)


def play(story: Story) -> Played:
    played = Play(story)
    try:
        played.to_the_end()
    except Broken as broken:
        return Played(played.world, str(broken))
    except Exception as error:  # noqa: BLE001  whatever a room raises that nobody thought of
        return Played(played.world, f"unforeseen {type(error).__name__}: {error}")
    return Played(played.world, None)


def breaks(story: Story, promise: str) -> bool:
    """By its number: what is left of a story may break another one in passing."""
    broken = play(story).broken
    return broken is not None and broken.partition(":")[0] == promise.partition(":")[0]


def shortest(story: Story, promise: str) -> Story:
    """The shortest found that still breaks this promise: steps are left out in ever smaller groups, as often as that
    helps, then twists.
    """
    size, before = len(story.steps), len(story.steps)
    while size:
        start = 0
        while start < len(story.steps):
            less = story._replace(steps=story.steps[:start] + story.steps[start + size :])
            if breaks(less, promise):
                story = less
            else:
                start += size
        size, before = (1 if size == 1 and len(story.steps) < before else size // 2), len(story.steps)
    return _untwisted(story, promise)


def _untwisted(story: Story, promise: str) -> Story:
    for at, step in enumerate(story.steps):
        plain = (*story.steps[:at], step._replace(twist=None), *story.steps[at + 1 :])
        if step.twist and breaks(story._replace(steps=plain), promise):
            story = story._replace(steps=plain)
    return story


def told(seed: int) -> str | None:
    """What breaks in the story of a seed, and the shortest way there. None where nothing does."""
    story = story_of(seed)
    broken = play(story).broken
    if broken is None:
        return None
    short = shortest(story, broken)
    played = play(short)
    begins = f"variants {short.variants}, silent: {short.silent}, founded: {short.founded}, lagging: {short.lagging}"
    head = [f"seed {seed}: {played.broken}", f"{len(short.steps)} steps of {len(story.steps)}; {begins}"]
    return "\n".join([*head, *played.world.log])

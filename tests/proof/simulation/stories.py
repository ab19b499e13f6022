"""What a seed stands for: a list of steps. Every step makes sense wherever it stands, so that any can be left out."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from tests.proof.simulation.fleet import MODELS, VARIANTS

# How often each happens beside the others.
VERBS = {
    "deliver": 34,
    "tick": 16,
    "wait": 9,
    "land": 8,
    "end a run": 9,
    "settle an endpoint": 8,
    "decide about a version": 8,
    "register": 3,
    "report drift": 4,
    "ring an alarm": 2,
    "end a monitor's run": 3,
    "ask for a run": 3,
    "ask for a version": 3,
    "ask to go back": 3,
    "ask to adopt": 1,
    "pause": 1,
    "resume": 2,
    "apply": 2,
    "change the quota": 3,
    "deliver again": 5,
    "lose": 4,
    "meddle": 1,
    "forget": 1,
    "remove data": 1,
}
TWISTS = {"dies before": 2, "dies after": 6, "is throttled": 2, "fails": 3, "times out": 4, "meanwhile": 6}
TWISTED = 0.3
LENGTHS = range(20, 110)
_CALLS = range(14)
_INVOKING = ("deliver", "tick", "deliver again")
_NUMBERS = 1 << 16


class Twist(NamedTuple):
    """What goes wrong at a call of one invocation, counted from 0; or what happens before it, `meanwhile`."""

    call: int
    how: str
    meanwhile: "Step | None" = None


class Step(NamedTuple):
    """`number` chooses among what there is to choose from when it comes to that."""

    verb: str
    model: int
    number: int
    twist: Twist | None = None

    def __str__(self) -> str:
        if self.twist is None:
            return self.verb
        return f"{self.verb}; call {self.twist.call} {self.twist.how}" + (
            f": {self.twist.meanwhile}" if self.twist.meanwhile else ""
        )


class Story(NamedTuple):
    """`variants` are the models' first specs. In a `silent` one, no event of SageMaker arrives. One that is `founded`
    begins with data and versions, the first of them approved. In a `lagging` one, the due index is a tick behind.
    """

    variants: tuple[int, ...]
    silent: bool
    founded: bool
    lagging: bool
    steps: tuple[Step, ...]


def story_of(seed: int) -> Story:
    """The same story for the same seed, on every machine."""
    chance = Random(seed)  # noqa: S311  nobody guesses it
    variants = tuple(chance.randrange(VARIANTS) for _ in range(chance.randint(1, len(MODELS))))
    silent, founded = chance.random() < 0.2, chance.random() < 0.7
    lagging = chance.random() < 0.3
    return Story(variants, silent, founded, lagging, tuple(_steps(chance, chance.choice(LENGTHS))))


def _steps(chance: Random, length: int) -> Iterator[Step]:
    for verb in chance.choices(list(VERBS), list(VERBS.values()), k=length):
        yield _step(chance, verb, twisted=verb in _INVOKING and chance.random() < TWISTED)


def _step(chance: Random, verb: str, *, twisted: bool) -> Step:
    model, number = chance.randrange(len(MODELS)), chance.randrange(_NUMBERS)
    return Step(verb, model, number, _twist(chance) if twisted else None)


def _twist(chance: Random) -> Twist:
    (how,) = chance.choices(list(TWISTS), list(TWISTS.values()))
    if how != "meanwhile":
        return Twist(0 if how == "dies before" else chance.choice(_CALLS), how)
    (verb,) = chance.choices(list(VERBS), list(VERBS.values()))
    return Twist(chance.choice(_CALLS), how, _step(chance, verb, twisted=False))

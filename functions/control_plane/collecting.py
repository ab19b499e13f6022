"""What deployments have left behind that nothing needs any more. Pure; by the exact names that the ledger has."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from control_plane.outcomes import Outcome
from control_plane.records import Champion, Deployment

_SERVED = frozenset({Outcome.CHAMPION_CHANGED, Outcome.ROLLED_BACK, Outcome.ADOPTED})
_AT_ONCE = 20  # they are marked in one transaction, and the next end finds the rest


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Deployments whose configurations and models can go. A model may be one that stays, for another configuration."""

    deployments: tuple[Deployment, ...] = ()
    configs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.configs, *self.models)


def leftovers(
    deployments: Sequence[Deployment], champion: Champion | None, in_use: Collection[str], keep: int
) -> Leftovers:
    """All but the last `keep` configurations that served, the champion's, the one before it, and those `in_use`.

    `deployments` newest first. What never came to serve is no good to go back to, and what others made is theirs.
    """
    kept = {*in_use, *_worth_going_back_to(deployments, champion, keep)}
    kept |= {known.request.config for known in deployments if known.ended_at is None}
    gone = [known for known in uncollected(deployments) if known.request.config not in kept][-_AT_ONCE:]
    needed = {known.request.served_model for known in deployments if known.request.config in kept}
    models = dict.fromkeys(known.request.served_model for known in gone)
    return Leftovers(
        deployments=tuple(gone),
        configs=tuple(dict.fromkeys(known.request.config for known in gone)),
        models=tuple(name for name in models if name not in needed),
    )


def uncollected(deployments: Sequence[Deployment]) -> Iterator[Deployment]:
    """Those that have ended and whose configurations were made here and are, as far as is known, still there."""
    for known in deployments:
        if known.ended_at and not known.collected_at and known.outcome is not Outcome.ADOPTED:
            yield known


def _worth_going_back_to(deployments: Sequence[Deployment], champion: Champion | None, keep: int) -> Iterator[str]:
    served = [known.request for known in deployments if known.outcome in _SERVED]
    yield from list(dict.fromkeys(request.config for request in served))[:keep]
    if champion and champion.config:
        yield champion.config
    before = champion.earlier[:1] if champion else ()
    yield from [request.config for request in served if request.package in before][:1]

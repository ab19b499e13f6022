"""What happened, as values for people and programs: decisions, runs, deployments, the whole story of a decision."""

import heapq
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from botocore.exceptions import ClientError

from control_plane.errors import UnknownModel, UnreadableSpec
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import ArrivalWindow, Decision, DecisionStatus, Deployment, Run
from pointsman.environment import Environment
from pointsman.errors import NotFound
from pointsman.executions import Execution, execution, package_of
from pointsman.versions import Version, version_of

_WINDOW = re.compile(rf"(?P<model>.+)-(?P<purpose>{'|'.join(Purpose)})-[0-9]{{8}}T[0-9]{{12}}Z")
# A story looks for relatives among so many of its model's decisions since its beginning.
_LOOKED_AMONG = 500


@dataclass(frozen=True)
class Story:
    """A decision and all that came of it. `related` are those with the same correlation id, oldest first.

    `package` is the version that its run registered or that its deployment was about.
    """

    decision: Decision
    execution: Execution | None
    deployment: Deployment | None
    package: Version | None
    related: tuple[Decision, ...]


def decisions(
    environment: Environment,
    model: str | None = None,
    *,
    since: datetime | None = None,
    outcome: Outcome | None = None,
) -> Iterator[Decision]:
    """Newest first: a model's, or without one everybody's, those about no model included.

    A window that hasn't closed is shown as the decision to hold what landed in it. Raises NotFound.
    """
    _must_exist(environment, model)
    decided = environment.history.decisions(model, since=since)
    held = map(_held, environment.history.windows(model, since=since))
    found = heapq.merge(decided, held, key=lambda decision: decision.decided_at, reverse=True)
    return (decision for decision in found if outcome in {None, decision.outcome})


def runs(environment: Environment, model: str | None = None, *, since: datetime | None = None) -> Iterator[Run]:
    """Newest first. Raises NotFound."""
    _must_exist(environment, model)
    return environment.history.runs(model, since=since)


def deployments(
    environment: Environment, model: str | None = None, *, since: datetime | None = None
) -> Iterator[Deployment]:
    """Newest first. Raises NotFound."""
    _must_exist(environment, model)
    return environment.history.deployments(model, since=since)


def decision(environment: Environment, decision_id: str) -> Decision:
    """Also one to hold what landed in a window that is open. Raises NotFound."""
    found = environment.ledger.decision(decision_id) or _open_window(environment, decision_id)
    if found is None:
        raise NotFound(f"no decision {decision_id!r}; `pointsman decisions` shows what there is")
    return found


def story(environment: Environment, decision_id: str) -> Story:
    """Raises NotFound."""
    told = decision(environment, decision_id)
    deployed = environment.ledger.deployment(told.id.removesuffix("-end"))  # what it began, or whose end it records
    ran = _execution(environment, told.run) if told.run and not deployed else None
    version = package_of(environment, ran) if ran else None
    if deployed:
        version = version_of(environment, deployed.request.package)
    return Story(told, ran, deployed, version, _related(environment, told))


def run(environment: Environment, some_id: str) -> Run:
    """By execution ARN, by the id at its end, or by the decision that started it. Raises NotFound."""
    decided = environment.ledger.decision(some_id)
    known = environment.ledger.run((decided and decided.run) or some_id)
    if known:
        return known
    for candidate in environment.history.runs():
        if candidate.arn.rpartition("/")[2] == some_id:
            return candidate
    raise NotFound(f"no run {some_id!r}; `pointsman runs` shows what there is")


def _must_exist(environment: Environment, model: str | None) -> None:
    try:
        if model:
            with suppress(UnreadableSpec):  # it has a history all the same
                environment.ledger.model(model)
    except UnknownModel as error:
        raise NotFound(f"no model {model!r}; `pointsman models` shows what there is") from error


def _held(window: ArrivalWindow) -> Decision:
    objects = "1 object" if window.arrivals == 1 else f"{window.arrivals} objects"
    latest = f"at {window.closes_by:%Y-%m-%d %H:%M:%S} UTC at the latest"
    return Decision(
        id=window.id,
        model=window.model,
        purpose=window.purpose,
        event=window.first_event,
        outcome=Outcome.HELD,
        status=DecisionStatus.DEFERRED,
        because=f"{objects} landed; the window closes {latest}",
        decided_at=window.opened_at,
        events=window.arrivals,
    )


def _open_window(environment: Environment, window_id: str) -> Decision | None:
    """A window's id says whose it is."""
    named = _WINDOW.fullmatch(window_id)
    window = environment.ledger.window(named["model"], Purpose(named["purpose"])) if named else None
    return _held(window) if window and window.id == window_id else None


def _related(environment: Environment, told: Decision) -> tuple[Decision, ...]:
    first = told if told.root == told.id else environment.ledger.decision(told.root)
    if told.model is None or first is None:
        return ()
    found = islice(environment.history.decisions(told.model, since=first.decided_at), _LOOKED_AMONG)
    return tuple(reversed([other for other in found if other.root == told.root and other.id != told.id]))


def _execution(environment: Environment, arn: str) -> Execution | None:
    """None for one that was deleted with its pipeline."""
    try:
        return execution(environment, arn)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFound":
            return None
        raise

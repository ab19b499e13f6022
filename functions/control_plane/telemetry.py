"""What each decision leaves for people: one structured line, one count, one place in a trace.

All carry one `correlation_id`: the id of the decision that an execution, its sequels, the package that it registered
and that package's deployment came of. So one search of the log follows an event through all rooms. Nothing is made
before it is needed: importing a room does nothing, and where tracing is off, no SDK for it is loaded.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from control_plane.actions import Hold, RecordEnd, Skip
from control_plane.errors import AwsUnreachable, InvalidEvent
from control_plane.outcomes import Outcome, action_of
from control_plane.records import Decision, DecisionStatus, Due, Run
from control_plane.settings import is_traced, metrics_namespace

# The message of the line that an event leaves when it arrives.
ARRIVED = "an event arrived"
# Of what is no event, an error shows so much.
_SHOWN = 60
# How far up the stack a line was wanted: its `location` is the room's.
_ROOM = 4

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@cache
def logger() -> Logger:
    """Writes JSON, at the level that the template sets."""
    return Logger(service="pointsman")


@cache
def metrics() -> Metrics:
    """Writes CloudWatch's embedded metric format to the log, so counting calls nobody."""
    return Metrics(namespace=metrics_namespace())


@cache
def tracer() -> Tracer:
    """Loads the X-Ray SDK, so ask `is_traced` first. Every AWS call becomes a part of the trace."""
    return Tracer(service="pointsman", patch_modules=["botocore"])


def room(handler: Handler) -> Handler:
    """Make a function Lambda's entry: its lines name the invocation and the event; it is traced where that is on."""

    @wraps(handler)
    def entry(event: dict[str, Any], context: Any) -> dict[str, Any]:
        traced = tracer().capture_lambda_handler(handler, capture_response=False) if is_traced() else handler
        named = _naming_the_event(traced)
        if context is None:  # called by hand
            return named(event, context)
        answer: dict[str, Any] = logger().inject_lambda_context(named, clear_state=True)(event, context)
        return answer

    return entry


def _naming_the_event(handler: Handler) -> Handler:
    """Also where it fails: Lambda's own report of an exception says nothing of the event."""

    def named(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            _tell_arrival(event)
            return handler(event, context)
        except AwsUnreachable as error:  # where in the code says nothing
            logger().error(str(error))
            raise error.with_traceback(None) from None
        except Exception:
            logger().exception("the event could not be handled")
            raise

    return named


def _tell_arrival(event: object) -> None:
    """Raises InvalidEvent for what is no JSON object: nothing else can be handed to a room."""
    if not isinstance(event, dict):
        raise InvalidEvent(f"not an event: expected a JSON object (found {str(event)[:_SHOWN]!r})")
    logger().append_keys(event_id=event.get("id"))
    for arrived in _arrivals(event):
        logger().info(ARRIVED, extra={"arrived": arrived})


def _arrivals(event: Mapping[str, Any]) -> Iterator[object]:
    """The event, or those of a batch from SQS, as they came: what `pointsman events` lists and `replay` sends again.

    What the ledger's own stream says is no arrival.
    """
    batch = event.get("Records")
    if not isinstance(batch, list):
        yield event
        return
    yield from (record["body"] for record in batch if isinstance(record, dict) and "body" in record)


def log_decision(decision: Decision) -> None:
    """The whole decision, but for the request's parameters, which the ledger has."""
    why = f"{decision.because}; {decision.then}" if decision.then else decision.because
    fields = decision.model_dump(mode="json", exclude={"kind", "id", "request", "correlation_id"})
    _tell(decision.outcome, why, fields | {"decision": decision.id, "correlation_id": decision.root})


def log_outcome(
    event: str, action: Hold | RecordEnd | Skip, *, model: str | None = None, correlation_id: str | None = None
) -> None:
    """For an event that leaves no decision of its own, or none yet."""
    fields = {"outcome": action.outcome, "event": event, "model": model, "correlation_id": correlation_id}
    _tell(action.outcome, why_of(action), fields)


def _tell(outcome: Outcome, why: str, fields: Mapping[str, Any]) -> None:
    action = action_of(outcome, fields.get("purpose"))
    logger().info(f"{outcome}: {why}", extra={**fields, "action": action}, stacklevel=_ROOM)
    _count(action, outcome, fields["model"], fields["correlation_id"])
    if is_traced():
        with tracer().provider.in_subsegment(f"## {outcome}") as place:
            for name in ("correlation_id", "decision", "model", "event"):
                if fields.get(name):
                    place.put_annotation(name, fields[name])


def _count(action: str, outcome: Outcome, model: str | None, correlation_id: str | None) -> None:
    """For the fleet and for the model: alarms look at the first, owners at the second."""
    count, what = metrics(), {"action": action, "outcome": str(outcome)}
    for name, value in what.items():
        count.add_dimension(name, value)
    if model:
        count.add_dimensions(model=model, **what)
    if correlation_id:
        count.add_metadata("correlation_id", correlation_id)
    count.add_metric("Decisions", MetricUnit.Count, 1)
    count.flush_metrics()


def count_run(run: Run) -> None:
    """Once it is on record as ended: how many end so, and how long runs take and what they cost."""
    count, status = metrics(), str(run.status)
    count.add_dimension("status", status)
    count.add_dimensions(model=run.model, purpose=str(run.purpose), status=status)
    count.add_metric("Runs", MetricUnit.Count, 1)
    if run.ended_at:
        count.add_metric("RunSeconds", MetricUnit.Seconds, (run.ended_at - run.started_at).total_seconds())
    if run.cost and run.cost.usd is not None:
        count.add_metric("RunDollars", MetricUnit.NoUnit, run.cost.usd)
    count.flush_metrics()


def count_due(items: Sequence[Due], now: datetime) -> None:
    """What a tick found, and how long ago the oldest of what is deferred was decided. Nothing is due to most ticks."""
    if not items:
        return
    count = metrics()
    count.add_metric("Due", MetricUnit.Count, len(items))
    deferred = [item for item in items if isinstance(item, Decision) and item.status is DecisionStatus.DEFERRED]
    if deferred:
        oldest = min(decision.decided_at for decision in deferred)
        count.add_metric("DeferredSeconds", MetricUnit.Seconds, (now - oldest).total_seconds())
    count.flush_metrics()


def why_of(action: Hold | RecordEnd | Skip) -> str:
    """A sentence, as decisions have one."""
    match action:
        case Hold(route, _, arrivals, complete):
            waits = "which are complete" if complete else "until their window closes"
            return f"{arrivals} arrivals in {route.source.prefix} of model {route.model}, {waits}"
        case RecordEnd():
            return f"it ended {action.status}"
        case Skip():
            return action.because

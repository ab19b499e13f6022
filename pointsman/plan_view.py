"""How people and programs see a plan."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from pointsman.drawing import outcome_text
from pointsman.event_files import Given
from pointsman.plan import Planned
from pointsman.rehearsal.recording import Call
from pointsman.rehearsal.rooms import DEAD_LETTER
from pointsman.versions import plain

_WIDTH = 11
_LONGEST_VALUE = 100


def plan_document(given: Given, plans: Sequence[Planned]) -> dict[str, Any]:
    return {
        "event": given.where,
        "id": given.event.get("id"),
        "plans": [
            {
                "rule": plan.rule.name,
                "room": plan.rule.room,
                "looks": [{"what": look.what, "of": look.of} for look in plan.looks],
                "results": [
                    {
                        "outcome": result.outcome,
                        "because": result.because,
                        "model": result.model,
                        "decision": result.decision.id if result.decision else None,
                        "on_record": plan.is_on_record(result),
                    }
                    for result in plan.results
                ],
                "calls": [
                    {"service": call.service, "operation": call.operation, "parameters": call.parameters}
                    for call in plan.calls
                ],
            }
            for plan in plans
        ],
    }


def plan_view(given: Given, plans: Sequence[Planned]) -> RenderableType:
    if not plans:
        return Text(f"{given.where}\n  no rule of the template wants it; `--why-not RULE` says why not\n")
    return Group(Text(given.where), *(part for plan in plans for part in _parts(plan)), Text())


def _parts(plan: Planned) -> Iterator[Text]:
    yield _line("rule", Text(f"{plan.rule.name} -> {plan.rule.room}"))
    for number, look in enumerate(plan.looks):
        yield _line("" if number else "looks at", Text(f"{look.what} {plain(look.of)}", style="dim"))
    for result in plan.results:
        outcome = Text(DEAD_LETTER, style="red") if result.outcome == DEAD_LETTER else outcome_text(result.outcome)
        before = " (this is on record)" if plan.is_on_record(result) else ""
        yield _line("decides", outcome.append(f"  {plain(result.because)}{before}", style="default"))
    if not plan.results:
        yield _line("decides", Text("nothing: there is nothing to do"))
    for number, call in enumerate(plan.calls):
        yield _line("" if number else "would do", Text(f"{call.service}:{call.operation}{_told(call)}"))
    if not plan.calls:
        yield _line("would do", Text("nothing"))


def _line(what: str, text: Text) -> Text:
    return Text(f"  {what:{_WIDTH}}").append_text(text)


def _told(call: Call) -> str:
    return "".join(f" {name}={_short(value)}" for name, value in call.parameters.items())


def _short(value: Any) -> str:
    """SageMaker's lists of names and values as they are written elsewhere."""
    match value:
        case [{"Name": _, "Value": _}, *_]:
            text = ",".join(f"{each['Name']}={each['Value']}" for each in value)
        case str():
            text = plain(value)
        case _:
            text = plain(json.dumps(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"

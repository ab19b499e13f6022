"""How people see events: as they arrived, as they are delivered again, as dead letters."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from pointsman.dead_letters import Letter
from pointsman.delivery import Delivered
from pointsman.drawing import outcome_text, titled
from pointsman.recorded import Line, Recorded
from pointsman.versions import plain

_WIDTH = 120


def event_table(found: Sequence[Recorded]) -> RenderableType:
    if not found:
        return Text("no events", style="dim")
    table = titled("Events", "arrived", "room", "event", "model", "outcome", "id")
    for each in found:
        table.add_row(
            f"{each.at:%m-%d %H:%M:%S}",
            each.room,
            escape(named(each.event)),
            ", ".join(each.models) or "-",
            ", ".join(each.outcomes) or "-",
            each.id,
        )
    return table


def line_text(line: Line) -> Text | None:
    """None for a line that tells of neither an arrival nor an outcome."""
    time = Text(f"{line.at:%H:%M:%S}  {line.room:21}  ", style="dim")
    if line.event:
        return time.append(f"arrived  {named(line.event)}", style="default")
    if "outcome" in line.told:
        why = str(line.told.get("message", "")).partition(": ")[2]
        about = f"  {line.told.get('model') or '-'}  {plain(why)}"
        return time.append_text(outcome_text(line.told["outcome"])).append(about, style="default")
    if line.told.get("level") == "ERROR":
        return time.append(f"failed   {line.told.get('message')} {line.told.get('exception_name', '')}", style="red")
    return None


def delivery_text(event: Mapping[str, Any], answer: Delivered) -> Text:
    text = Text(f"{named(event)}  ")
    if answer.failure:
        return text.append(answer.failure[:_WIDTH], style="red")
    return text.append(", ".join(answer.outcomes))


def letter_table(letters: Sequence[Letter]) -> RenderableType:
    if not letters:
        return Text("no dead letters", style="dim")
    table = titled("Dead letters", "event", "id", "why")
    for letter in letters:
        event = letter.event or {}
        what = named(event) if letter.event else f"no event: {letter.text[:40]}"
        table.add_row(escape(what), str(event.get("id", "-")), escape(letter.why[:_WIDTH]))
    return table


def named(event: Mapping[str, Any]) -> str:
    """What it is, and what about, in few words."""
    detail = event.get("detail")
    return f"{event.get('detail-type')} {_subject(detail) if isinstance(detail, Mapping) else ''}".rstrip()


def _subject(detail: Mapping[str, Any]) -> str:
    landed = detail.get("object")
    if isinstance(landed, Mapping):
        return str(landed.get("key"))
    names = ("alarmName", "EndpointName", "ModelPackageArn", "pipelineExecutionArn", "ProcessingJobName", "model")
    found = next((str(detail[name]) for name in names if detail.get(name)), "")
    return found.rpartition("/")[2] if "execution/" in found else plain(found)

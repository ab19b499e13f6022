"""What the pictures for people are made of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

# Never broken over lines: what people search for and copy.
_WHOLE = {"age", "model", "run", "status", "step", "purpose", "package", "champion"}
_OUTCOMES = {
    "CHAMPION_NOT_SERVING": "red",
    "ADOPTED": "green",
    "STARTED": "green",
    "DEPLOYING": "cyan",
    "ROLLING": "cyan",
    "CHAMPION": "green",
    "APPROVED": "green",
    "ROLLED": "yellow",
    "DEFERRED": "yellow",
    "DATA": "yellow",
    "DEPLOYMENT": "red",  # rolled back, or failed
    "REFUSED": "red",
    "SKIPPED": "dim",
}
_STATUSES = {"Succeeded": "green", "Failed": "red", "Executing": "cyan", "Stopped": "yellow"}


def age(moment: datetime, now: datetime | None = None) -> str:
    """`42s`, `5m`, `3h`, `12d`: the coarsest unit that says enough."""
    passed = (now or datetime.now(UTC)) - moment
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if passed >= size:
            return f"{passed // size}{unit}"
    return f"{max(0, passed // timedelta(seconds=1))}s"


def titled(title: str | Text, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    return table


def fields(values: Mapping[str, str | Text | None]) -> RenderableType:
    """Name and value, a line each; what is None isn't there."""
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        if value is not None:
            table.add_row(name, Text(value) if isinstance(value, str) else value)
    return table


def outcome_text(outcome: str) -> Text:
    """Styled by its first word, unless the whole has a style of its own."""
    return Text(outcome, style=_OUTCOMES.get(outcome, _OUTCOMES.get(outcome.partition("_")[0], "")))


def status_text(status: str) -> Text:
    """SageMaker's own, of a run or a step."""
    return Text(status, style=_STATUSES.get(status, ""))


def short(arn: str | None) -> str:
    return arn.rpartition("/")[2] if arn else ""

"""A pipeline in the terminal: a line for each step, and lanes from each to the last that follows it. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from pointsman.drawing import titled
from pointsman.graph.edges import Edge, edges
from pointsman.local.sagemaker.definition import Definition

_MARKS = {"Condition": ("◆", "yellow"), "Fail": ("✖", "red")}
_MARK = ("●", "cyan")
# Where a lane meets the line to a step: whether it leads on to the left, to the right, and down.
_JOINTS = {
    (False, True, True): "├",
    (True, False, True): "┤",
    (True, True, True): "┼",
    (False, True, False): "╰",
    (True, False, False): "╯",
    (True, True, False): "┴",
}


def terminal(name: str, definition: Definition) -> RenderableType:
    joined = edges(definition)
    table = titled("", "step", "type", "after")
    rows = list(lanes(list(definition.steps), joined))
    width = max(map(len, rows), default=0)
    for row, step in zip(rows, definition.steps.values(), strict=True):
        mark, style = _MARKS.get(step.type, _MARK)
        drawn = Text(row.replace("●", mark).ljust(width + 1) + step.name)
        drawn.stylize(style, row.index("●"), row.index("●") + 1)
        after = ", ".join(_said(edge) for edge in joined if edge.target == step.name)
        table.add_row(drawn, step.type, after)
    return Group(f"{name}: {len(definition.steps)} steps", table)


def _said(edge: Edge) -> str:
    return f"{edge.source} {edge.label}".rstrip()


def lanes(names: Sequence[str], joined: Sequence[Edge]) -> Iterator[str]:
    """For each step its place, `●`, and how it hangs together with the lanes beside it.

    A step right below another in the same lane follows it; one that follows nothing begins a lane of its own. Lines
    that pass a lane without touching it are interrupted by it.
    """
    to_come = Counter(edge.source for edge in joined)
    columns: list[str | None] = []
    resting: set[int] = set()  # lanes that ended a line above: whoever took one would seem to follow
    for name in names:
        sources = [edge.source for edge in joined if edge.target == name]
        to_come.subtract(sources)
        touched = {number: to_come[lane] > 0 for number, lane in enumerate(columns) if lane in sources}
        ending = [number for number, goes_on in touched.items() if not goes_on]
        own = ending[0] if ending else _free(columns, resting)
        if own == len(columns):
            columns.append(None)
        yield _row(columns, touched, own)
        before = {number for number, lane in enumerate(columns) if lane is not None}
        for number in ending:
            columns[number] = None
        columns[own] = name if to_come[name] else None
        resting = {number for number in before | {own} if columns[number] is None}


def _free(columns: Sequence[str | None], resting: set[int]) -> int:
    free = (number for number, lane in enumerate(columns) if lane is None and number not in resting)
    return next(free, len(columns))


def _row(columns: Sequence[str | None], touched: Mapping[int, bool], own: int) -> str:
    first, last = min((*touched, own)), max((*touched, own))
    drawn = ""
    for number, lane in enumerate(columns):
        if number == own:
            drawn += "●"
        elif number in touched:
            drawn += _JOINTS[number > first, number < last, touched[number]]
        elif lane is not None:
            drawn += "│"
        else:
            drawn += "─" if first < number < last else " "
        drawn += "─" if first <= number < last else " "
    return drawn.rstrip()

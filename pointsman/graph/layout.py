"""Where the boxes of a layered drawing stand, and how the lines between them run. Pure; in SVG's pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pointsman.graph.layers import Bend, Layers, Vertex, layered

GAP_X = 28.0
GAP_Y = 52.0
_BEND_WIDTH = 6.0
_PASSES = 48
# How hard two vertices pull at each other, by how many of them are bends: it keeps long lines straight (Gansner 1993).
_PULL = (1.0, 2.0, 8.0)


@dataclass(frozen=True)
class Size:
    width: float
    height: float


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Layout:
    """Boxes by their centre; lines, by source and target, as the points that they pass, vertically at each."""

    size: Size
    centres: Mapping[str, Point]
    lines: Mapping[tuple[str, str], tuple[Point, ...]]


def layout(sizes: Mapping[str, Size], joined: Sequence[tuple[str, str]]) -> Layout:
    """`sizes` of the boxes by name, in an order in which each comes after those that lead to it."""
    layers = layered(list(sizes), joined)
    columns = _columns(layers, sizes)
    tops, bottoms = _bands(layers, sizes)
    number = {vertex: row for row, vertices in enumerate(layers.rows) for vertex in vertices}
    centres = {node: Point(columns[node], (tops[number[node]] + bottoms[number[node]]) / 2) for node in sizes}
    lines = {
        (source, target): (
            Point(
                _port(path[0], path[1], layers, columns, sizes, leaves=True),
                centres[source].y + sizes[source].height / 2,
            ),
            *(Point(columns[bend], y) for bend in path[1:-1] for y in (tops[number[bend]], bottoms[number[bend]])),
            Point(
                _port(path[-1], path[-2], layers, columns, sizes, leaves=False),
                centres[target].y - sizes[target].height / 2,
            ),
        )
        for (source, target), path in layers.paths.items()
    }
    width = max((columns[node] + size.width / 2 for node, size in sizes.items()), default=0.0)
    width = max([width, *(point.x for line in lines.values() for point in line)])
    return Layout(Size(width, max(bottoms, default=0.0)), centres, lines)


def _bands(layers: Layers, sizes: Mapping[str, Size]) -> tuple[list[float], list[float]]:
    """The rows' upper and lower edges: a row is as high as its highest box."""
    tops, bottoms, y = [], [], 0.0
    for row in layers.rows:
        tops.append(y)
        bottoms.append(y + max(sizes[vertex].height for vertex in row if not isinstance(vertex, Bend)))
        y = bottoms[-1] + GAP_Y
    return tops, bottoms


def _columns(layers: Layers, sizes: Mapping[str, Size]) -> dict[Vertex, float]:
    """Each vertex's x: over and over at the mean of its neighbours', as near as those beside it allow."""
    above, below = layers.neighbours()
    columns: dict[Vertex, float] = {}
    for row in layers.rows:
        columns.update(zip(row, _apart([0.0] * len(row), [1.0] * len(row), _distances(row, sizes)), strict=True))
    for turn in range(_PASSES):
        # The last turns look both ways, which centres what stands between.
        sides = (above, below) if turn >= _PASSES // 2 else (above,) if turn % 2 == 0 else (below,)
        for row in layers.rows if turn % 2 == 0 else reversed(layers.rows):
            wished = [_wish(vertex, [v for side in sides for v in side[vertex]], columns) for vertex in row]
            places = _apart([x for x, _ in wished], [pull for _, pull in wished], _distances(row, sizes))
            columns.update(zip(row, places, strict=True))
    left = min((x - _width(vertex, sizes) / 2 for vertex, x in columns.items()), default=0.0)
    return {vertex: x - left for vertex, x in columns.items()}


def _wish(vertex: Vertex, joined: Sequence[Vertex], columns: Mapping[Vertex, float]) -> tuple[float, float]:
    """Where a vertex would stand, and how strongly; what is joined to nothing stays, lightly."""
    pulls = [_PULL[isinstance(vertex, Bend) + isinstance(other, Bend)] for other in joined]
    if not pulls:
        return columns[vertex], 0.1
    return sum(pull * columns[other] for pull, other in zip(pulls, joined, strict=True)) / sum(pulls), sum(pulls)


def _width(vertex: Vertex, sizes: Mapping[str, Size]) -> float:
    return _BEND_WIDTH if isinstance(vertex, Bend) else sizes[vertex].width


def _distances(row: Sequence[Vertex], sizes: Mapping[str, Size]) -> list[float]:
    """How far each centre must at least be from that to its left."""
    widths = [_width(vertex, sizes) for vertex in row]
    return [0.0, *((left + right) / 2 + GAP_X for left, right in pairwise(widths))]


def _apart(wished: Sequence[float], weights: Sequence[float], distances: Sequence[float]) -> list[float]:
    """The places nearest to those wished, by weighted squares, that keep the distances: isotonic regression."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, members
    offset, offsets = 0.0, []
    for wish, weight, distance in zip(wished, weights, distances, strict=True):
        offset += distance
        offsets.append(offset)
        mean, heft, members = wish - offset, weight, 1
        while blocks and blocks[-1][0] > mean:
            before, its_weight, its_members = blocks.pop()
            mean = (before * its_weight + mean * heft) / (its_weight + heft)
            heft, members = heft + its_weight, members + its_members
        blocks.append((mean, heft, members))
    means = [mean for mean, _, members in blocks for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _port(
    node: Vertex,
    towards: Vertex,
    layers: Layers,
    columns: Mapping[Vertex, float],
    sizes: Mapping[str, Size],
    *,
    leaves: bool,
) -> float:
    """Where on the box's edge a line ends: side by side, in the order of where they come from or go to."""
    others = [
        (path[1] if leaves else path[-2]) for path in layers.paths.values() if (path[0] if leaves else path[-1]) == node
    ]
    others.sort(key=lambda vertex: columns[vertex])
    room = min(22.0, _width(node, sizes) * 0.7 / len(others))
    return columns[node] + (others.index(towards) - (len(others) - 1) / 2) * room

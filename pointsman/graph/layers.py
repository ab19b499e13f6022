"""The layers of a layered drawing (Sugiyama, Tagawa, Toda 1981): who stands in which, and in which order. Pure.

An edge over several layers passes through a bend in each of those between, so all edges join neighbouring layers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 12


@dataclass(frozen=True)
class Bend:
    """Where an edge passes through a layer that is neither its source's nor its target's."""

    source: str
    target: str
    layer: int


type Vertex = str | Bend


@dataclass(frozen=True)
class Layers:
    """`rows` from top to bottom, each from left to right; `paths` by source and target, both included."""

    rows: tuple[tuple[Vertex, ...], ...]
    paths: Mapping[tuple[str, str], tuple[Vertex, ...]]

    def neighbours(self) -> tuple[dict[Vertex, list[Vertex]], dict[Vertex, list[Vertex]]]:
        """Of each vertex those that it is joined to in the row above, and in the row below."""
        above: dict[Vertex, list[Vertex]] = {vertex: [] for row in self.rows for vertex in row}
        below: dict[Vertex, list[Vertex]] = {vertex: [] for row in self.rows for vertex in row}
        for path in self.paths.values():
            for upper, lower in pairwise(path):
                above[lower].append(upper)
                below[upper].append(lower)
        return above, below


def layered(nodes: Sequence[str], joined: Iterable[tuple[str, str]]) -> Layers:
    """`nodes` in an order in which each comes after those that lead to it."""
    pairs = list(joined)
    depth = _depths(nodes, pairs)
    rows: list[list[Vertex]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        rows[depth[node]].append(node)
    paths: dict[tuple[str, str], tuple[Vertex, ...]] = {}
    for source, target in pairs:
        bends = [Bend(source, target, layer) for layer in range(depth[source] + 1, depth[target])]
        for bend in bends:
            rows[bend.layer].append(bend)
        paths[source, target] = (source, *bends, target)
    return _untangled(Layers(tuple(tuple(row) for row in rows), paths))


def _depths(nodes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """As far up as may be; but what nothing leads to stands right above what it leads to."""
    depth = dict.fromkeys(nodes, 0)
    for node in nodes:
        depth[node] = max((depth[source] + 1 for source, target in pairs if target == node), default=0)
    for node in {source for source, _ in pairs} - {target for _, target in pairs}:
        depth[node] = min(depth[target] for source, target in pairs if source == node) - 1
    return depth


def _untangled(layers: Layers) -> Layers:
    """The order with the fewest crossings among those that sweeps down and up, by mean of neighbours, come upon."""
    above, below = layers.neighbours()
    rows = [list(row) for row in layers.rows]
    best, fewest = layers.rows, _crossings(layers.rows, below)
    for sweep in range(_SWEEPS):
        downward = sweep % 2 == 0
        order = range(1, len(rows)) if downward else range(len(rows) - 2, -1, -1)
        for number in order:
            beside = rows[number - 1 if downward else number + 1]
            place = {vertex: position for position, vertex in enumerate(beside)}
            rows[number] = _by_mean(rows[number], above if downward else below, place)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = tuple(tuple(row) for row in rows), crossings
    return Layers(best, layers.paths)


def _by_mean(
    row: Sequence[Vertex], joined: Mapping[Vertex, Sequence[Vertex]], place: Mapping[Vertex, int]
) -> list[Vertex]:
    """Those joined to nothing keep their place."""
    means = {
        vertex: sum(place[other] for other in joined[vertex]) / len(joined[vertex]) if joined[vertex] else float(own)
        for own, vertex in enumerate(row)
    }
    return sorted(row, key=lambda vertex: means[vertex])


def _crossings(rows: Sequence[Sequence[Vertex]], below: Mapping[Vertex, Sequence[Vertex]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {vertex: position for position, vertex in enumerate(lower)}
        ends = [sorted(place[other] for other in below[vertex]) for vertex in upper]
        for number, these in enumerate(ends):
            count += sum(left > right for left in these for those in ends[number + 1 :] for right in those)
    return count

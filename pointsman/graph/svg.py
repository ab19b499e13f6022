"""A pipeline as SVG: a box for each step, from top to bottom. Reads well on light and on dark pages."""

import re
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

from pointsman.graph.edges import Edge, edges
from pointsman.graph.layout import Layout, Point, Size, layout
from pointsman.local.sagemaker.definition import Definition, Step

_MARGIN = 16.0
_LINE = 17.0  # px from one line of text to the next
_PADDING = 12.0
_CHARACTERS = 26  # per line of a step's name
_WORD_ENDS = re.compile(r"(?<=[-_])|(?<=[a-z0-9])(?=[A-Z])")
_INSET = 12.0  # of a condition's corners
# Fill and stroke by what a step does; text is dark on all fills.
_WORK = ("#dbeafe", "#3b82f6")
_CHECK = ("#fef3c7", "#d97706")
_MODEL = ("#dcfce7", "#16a34a")
_CALL = ("#f3e8ff", "#9333ea")
_COLOURS = {
    "Condition": ("#fff7d6", "#a16207"),
    "Fail": ("#fee2e2", "#dc2626"),
    **dict.fromkeys(("QualityCheck", "ClarifyCheck"), _CHECK),
    **dict.fromkeys(("Model", "RegisterModel", "Endpoint", "EndpointConfig", "InferenceComponent"), _MODEL),
    **dict.fromkeys(("Lambda", "Callback", "EMR", "EMRServerless", "NotebookJob"), _CALL),
}
_LABELS = {"true": "#15803d", "false": "#b91c1c"}
_STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; text-anchor: middle; }
.name { font-size: 13px; font-weight: 600; fill: #111827; }
.type { font-size: 11px; fill: #4b5563; }
.label { font-size: 10px; font-weight: 600; fill: #ffffff; }
.line { fill: none; stroke: #8b95a5; stroke-width: 1.5; }
"""
# Widths of a bold sans-serif font of 13 px, rounded up; a little room is better than text over the edge.
_NARROW, _WIDE = frozenset("fijlrtI.,:;|!()[]'-"), frozenset("mwMW@%")


def svg(definition: Definition) -> str:
    steps, joined = definition.steps, edges(definition)
    names = {name: _wrapped(name) for name in steps}
    sizes = {name: _size(names[name], step) for name, step in steps.items()}
    plan = layout(sizes, [(edge.source, edge.target) for edge in joined])
    root = _root(plan, f"{len(steps)} steps: {', '.join(steps)}")
    group = ET.SubElement(root, "g", transform=f"translate({_MARGIN:g} {_MARGIN:g})")
    for edge in joined:
        _draw_line(group, plan.lines[edge.source, edge.target])
    for name, step in steps.items():
        _draw_step(group, step, names[name], plan.centres[name], sizes[name])
    for edge in joined:
        _draw_label(group, edge, plan.lines[edge.source, edge.target])
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _root(plan: Layout, title: str) -> ET.Element:
    width, height = plan.size.width + 2 * _MARGIN, plan.size.height + 2 * _MARGIN
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "role": "img",
        },
    )
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "style").text = _STYLE
    tip = {"id": "tip", "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "markerWidth": "7", "markerHeight": "7"}
    marker = ET.SubElement(ET.SubElement(root, "defs"), "marker", {**tip, "orient": "auto"})
    ET.SubElement(marker, "path", d="M0 0.5 8 4 0 7.5Z", fill="#8b95a5")
    return root


def _wrapped(name: str) -> list[str]:
    """Lines of a name, broken where its words begin, if it has words."""
    lines = [""]
    for word in _WORD_ENDS.split(name):
        for part in textwrap.wrap(word, _CHARACTERS):
            if lines[-1] and len(lines[-1] + part) > _CHARACTERS:
                lines.append("")
            lines[-1] += part
    return lines


def _width(text: str) -> float:
    return sum(5.0 if c in _NARROW else 12.5 if c in _WIDE else 9.5 if c.isupper() else 8.2 for c in text)


def _size(name: Sequence[str], step: Step) -> Size:
    text = max(*map(_width, name), _width(step.type) * 0.85)
    return Size(max(110.0, text + 2 * _PADDING + 2 * _INSET * (step.type in {"Condition", "Fail"})), _text_height(name))


def _text_height(name: Sequence[str]) -> float:
    return _LINE * (len(name) + 1) + _PADDING


def _draw_step(parent: ET.Element, step: Step, name: Sequence[str], centre: Point, size: Size) -> None:
    fill, stroke = _COLOURS.get(step.type, _WORK)
    group = ET.SubElement(parent, "g", {"class": "step"})
    ET.SubElement(group, "title").text = "\n".join(filter(None, (step.name, step.display_name, step.description)))
    left, right = centre.x - size.width / 2, centre.x + size.width / 2
    top, bottom = centre.y - size.height / 2, centre.y + size.height / 2
    colours = {"fill": fill, "stroke": stroke, "stroke-width": "1.5"}
    if step.type == "Condition":
        corners = (
            *((left, centre.y), (left + _INSET, top), (right - _INSET, top)),
            *((right, centre.y), (right - _INSET, bottom), (left + _INSET, bottom)),
        )
        ET.SubElement(group, "polygon", colours, points=" ".join(f"{x:.1f},{y:.1f}" for x, y in corners))
    else:
        box = {"x": left, "y": top, "width": size.width, "height": size.height}
        corner = size.height / 2 if step.type == "Fail" else 8.0
        ET.SubElement(group, "rect", colours, rx=f"{corner:g}", **{key: f"{value:.1f}" for key, value in box.items()})
    for number, line in enumerate((*name, step.type)):
        kind = "type" if number == len(name) else "name"
        baseline = top + _PADDING / 2 + _LINE * (number + 0.75)
        ET.SubElement(group, "text", {"class": kind}, x=f"{centre.x:.1f}", y=f"{baseline:.1f}").text = line


def _draw_line(parent: ET.Element, line: Sequence[Point]) -> None:
    path = [f"M{line[0].x:.1f} {line[0].y:.1f}"]
    for start, end in pairwise(line):
        middle = (start.y + end.y) / 2
        path.append(f"C{start.x:.1f} {middle:.1f} {end.x:.1f} {middle:.1f} {end.x:.1f} {end.y:.1f}")
    ET.SubElement(parent, "path", {"class": "line", "marker-end": "url(#tip)"}, d=" ".join(path))


def _draw_label(parent: ET.Element, edge: Edge, line: Sequence[Point]) -> None:
    """Right before the step that it leads to, where no other line's label is."""
    if not edge.label:
        return
    width, end = _width(edge.label) * 0.8 + 10, line[-1]
    box = {"x": end.x - width / 2, "y": end.y - 24, "width": width, "height": 14.0}
    fill = _LABELS.get(edge.label, "#57606a")
    ET.SubElement(parent, "rect", {key: f"{value:.1f}" for key, value in box.items()}, rx="7", fill=fill)
    ET.SubElement(parent, "text", {"class": "label"}, x=f"{end.x:.1f}", y=f"{end.y - 13.5:.1f}").text = edge.label

"""What leads to what in a pipeline, and how it is drawn: nothing over anything else, whoever wrote the definition."""

import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError

from pointsman.cli.graph import graph
from pointsman.errors import BadRequest, NotFound
from pointsman.graph import pipelines
from pointsman.graph.edges import Edge, edges
from pointsman.graph.lanes import lanes
from pointsman.graph.layout import Layout, Size, layout
from pointsman.graph.svg import svg
from pointsman.local.sagemaker.definition_parser import parse
from tests.others_definitions import DEFINITIONS

SVG = "{http://www.w3.org/2000/svg}"


def step(name: str, *needs: Any, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Lambda", "FunctionArn": "arn", "Arguments": {}, "DependsOn": list(needs), **more}


def gate(name: str, then: list[Any], otherwise: list[Any], *needs: str) -> dict[str, Any]:
    arguments = {"Conditions": [], "IfSteps": then, "ElseSteps": otherwise}
    return {"Name": name, "Type": "Condition", "Arguments": arguments, "DependsOn": list(needs)}


def text(*steps: dict[str, Any]) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps)})


STOP = {"Name": "Stop", "Type": "Fail", "Arguments": {}}
INNER = gate("Inner", [step("Deep", "Good")], [])
GATED = text(step("A"), step("B", "A"), gate("Gate", [step("Good"), step("Better", "Good"), INNER], [STOP], "B"))


def test_a_branch_leads_to_the_steps_that_it_begins_with() -> None:
    assert set(edges(parse(GATED))) == {
        Edge("A", "B"),
        Edge("B", "Gate"),
        Edge("Gate", "Good", "true"),
        Edge("Good", "Better"),  # and not from the gate as well
        Edge("Gate", "Inner", "true"),
        Edge("Inner", "Deep", "true"),  # which Good, outside, doesn't make superfluous
        Edge("Good", "Deep"),
        Edge("Gate", "Stop", "false"),
    }


def test_references_are_edges_and_other_ends_have_their_names() -> None:
    referring = step("B", Arguments={"x": {"Get": "Steps.A.OutputParameters['y']"}})
    mending = step("Mend", {"Step": "A", "Trigger": "Failed"})
    outputs = [{"OutputName": "y", "OutputType": "String"}]
    found = edges(parse(text(step("A", OutputParameters=outputs), referring, mending)))
    assert set(found) == {Edge("A", "B"), Edge("A", "Mend", "if failed")}


def test_lanes_join_where_a_step_follows_and_are_passed_where_it_does_not() -> None:
    joined = [Edge("A", "B"), Edge("A", "C"), Edge("B", "D"), Edge("C", "D"), Edge("A", "E"), Edge("D", "E")]
    assert list(lanes("ABCDE", joined)) == ["●", "├─●", "├─│─●", "│ ●─╯", "●─╯"]


def test_a_step_that_follows_nothing_stands_under_no_other() -> None:
    assert list(lanes("ABC", [Edge("A", "B")])) == ["●", "●", "  ●"]


def overlaps(plan: Layout, sizes: dict[str, Size]) -> list[tuple[str, str]]:
    """Boxes that touch boxes; with a line's name, boxes that it runs into between its ends."""
    boxes = {
        name: (
            *(plan.centres[name].x - size.width / 2, plan.centres[name].x + size.width / 2),
            *(plan.centres[name].y - size.height / 2, plan.centres[name].y + size.height / 2),
        )
        for name, size in sizes.items()
    }
    found = [
        (one, other)
        for one, (left, right, top, bottom) in boxes.items()
        for other, box in boxes.items()
        if one < other and left < box[1] and box[0] < right and top < box[3] and box[2] < bottom
    ]
    for (source, target), line in plan.lines.items():
        for point in line[1:-1]:
            found += [
                (f"{source}-{target}", name)
                for name, (left, right, top, bottom) in boxes.items()
                if left < point.x < right and top < point.y < bottom
            ]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_twenty_steps_however_they_hang_together(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- a drawing
    sizes = {f"s{number}": Size(dice.randint(60, 240), dice.choice([46, 63])) for number in range(20)}
    joined = [(f"s{one}", f"s{two}") for two in range(20) for one in range(two) if dice.random() < 0.15]
    plan = layout(sizes, joined)
    assert overlaps(plan, sizes) == []
    assert plan.lines.keys() == set(joined)
    for line in plan.lines.values():
        assert [point.y for point in line] == sorted(point.y for point in line)  # never upwards
        assert all(0 <= point.x <= plan.size.width for point in line)


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_what_others_wrote_is_drawn(path: Path) -> None:
    definition = parse(path.read_text())
    drawn = ET.fromstring(svg(definition))  # noqa: S314 -- our own
    boxes = drawn.findall(f".//{SVG}g[@class='step']")
    names = ["".join(str(line.text) for line in box.findall(f"{SVG}text[@class='name']")) for box in boxes]
    assert names == list(definition.steps)
    labels = [edge.label for edge in edges(definition) if edge.label]
    assert [label.text for label in drawn.findall(f".//{SVG}text[@class='label']")] == labels
    assert len(list(lanes(list(definition.steps), edges(definition)))) == len(definition.steps)


def test_the_command_draws_plans_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, target = tmp_path / "gated.json", tmp_path / "gated.svg"
    file.write_text(GATED)
    graph(file=file)
    drawn = capsys.readouterr().out.splitlines()
    assert drawn[0] == "gated: 8 steps"
    assert [line.split()[-1] for line in drawn if "✖" in line] == ["false"]
    graph(file=file, plan=True, false=["Gate"])
    planned = capsys.readouterr().out
    assert "not reached: Good, Inner, Better, Deep\nends Failed" in planned
    graph(file=file, svg=target)
    assert "<polygon" in target.read_text()
    graph(file=file, as_json=True)
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["plan"]["waves"][0] == ["A"]


def test_what_can_not_be_drawn_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(text(step("A", "Nobody")))
    with pytest.raises(BadRequest, match="there is no step 'Nobody'"):
        graph(file=broken)
    with pytest.raises(BadRequest, match="can't be read"):
        graph(file=tmp_path / "none.json")
    with pytest.raises(BadRequest, match="either a pipeline"):
        graph("training", file=broken)
    broken.write_text(GATED)
    with pytest.raises(BadRequest, match="no condition 'Good'; it has: Gate, Inner"):
        graph(file=broken, false=["Good"])
    with pytest.raises(BadRequest, match=r"none/a.svg can't be written: No such file or directory"):
        graph(file=broken, svg=tmp_path / "none/a.svg")


def test_a_deployed_pipeline_is_found_by_its_short_name() -> None:
    def describe_pipeline(**request: str) -> dict[str, str]:
        if request["PipelineName"] != "pointsman-training":
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "none"}}, "DescribePipeline")
        return {"PipelineDefinition": GATED}

    prod: Any = SimpleNamespace(name="prod", sagemaker=SimpleNamespace(describe_pipeline=describe_pipeline))
    assert "Gate" in pipelines.deployed(prod, "training").steps
    with pytest.raises(NotFound, match="prod has no pipeline 'churn'"):
        pipelines.deployed(prod, "churn")


def test_this_checkouts_pipelines_go_by_short_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline_defs.compile.compile_pipelines", lambda _: {"pointsman-training": GATED})
    assert pipelines.compiled("training") == pipelines.compiled("pointsman-training") == parse(GATED)
    with pytest.raises(NotFound, match="it has: training"):
        pipelines.compiled("churn")

"""`pointsman graph`: a pipeline's steps, drawn or in the order in which they would run."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pointsman.cli.options import Json, State, environment
from pointsman.cli.output import say, show, write
from pointsman.errors import BadRequest

if TYPE_CHECKING:
    from pointsman.local.sagemaker.definition import Definition


def graph(
    pipeline: Annotated[
        str | None, typer.Argument(help="training or evaluation; with --env the name of any pipeline there.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Draw this definition (JSON) instead.")] = None,
    env: Annotated[str | None, typer.Option("--env", help="Draw the one deployed there, not this checkout's.")] = None,
    state: State = None,
    svg: Annotated[Path | None, typer.Option(help="Write an SVG to this file instead.")] = None,
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="List the steps as they would run: a line for each wave.")
    ] = False,
    false: Annotated[
        list[str] | None,
        typer.Option("--false", metavar="STEP", help="This condition turns out false; implies --plan."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw a pipeline: its steps, what follows what, and where its conditions lead."""
    from pointsman.graph.lanes import terminal
    from pointsman.graph.plan import plan_table
    from pointsman.local.sagemaker.planning import plan as planned

    name, definition = _meant(pipeline, file, env, state)
    if unknown := [step for step in false or () if step not in _conditions(definition)]:
        known = ", ".join(_conditions(definition)) or "none"
        raise BadRequest(f"--false: {name} has no condition {unknown[0]!r}; it has: {known}")
    waves = planned(definition, dict.fromkeys(false or (), False))
    if svg:
        from pointsman.graph.svg import svg as drawn

        write(svg, drawn(definition))
        say(f"{svg}: {len(definition.steps)} steps")
        return
    picture = plan_table(name, definition, waves) if plan or false else terminal(name, definition)
    show(_document(name, definition, asdict(waves)), picture, as_json=as_json)


def _meant(pipeline: str | None, file: Path | None, env: str | None, state: Path | None) -> "tuple[str, Definition]":
    from pointsman.graph import pipelines

    if (pipeline is None) == (file is None) or (file and env):
        raise BadRequest("name either a pipeline, with --env or without, or a --file")
    if file:
        return file.stem, pipelines.written(file)
    if env:
        return str(pipeline), pipelines.deployed(environment(env, state), str(pipeline))
    return str(pipeline), pipelines.compiled(str(pipeline))


def _conditions(definition: "Definition") -> list[str]:
    return [step.name for step in definition.steps.values() if step.type == "Condition"]


def _document(name: str, definition: "Definition", plan: dict[str, Any]) -> dict[str, Any]:
    from pointsman.graph.edges import edges

    return {
        "pipeline": name,
        "steps": [{"name": step.name, "type": step.type} for step in definition.steps.values()],
        "edges": [asdict(edge) for edge in edges(definition)],
        "plan": plan,
    }

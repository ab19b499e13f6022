"""Commands that show what was decided and what runs."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from control_plane.outcomes import Outcome
from pointsman.cli.options import Env, Json, Limit, Model, Since, State, environment, moment
from pointsman.cli.output import as_document, first, show, write
from pointsman.errors import BadRequest

decisions_app = typer.Typer(help="What was decided, and why.")
runs_app = typer.Typer(help="Pipeline executions that the control plane started.")


@decisions_app.callback(invoke_without_command=True)
def list_decisions(
    context: typer.Context,
    *,
    model: Model = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Only these.", case_sensitive=False, metavar="NAME")] = None,
    since: Since = None,
    limit: Limit = 50,
    env: Env = "local",
    state: State = None,
    as_json: Json = False,
) -> None:
    """List what was decided and why, newest first."""
    if context.invoked_subcommand:
        return
    from pointsman import observe
    from pointsman.tables import decision_list

    start = moment(since)
    found = first(limit, observe.decisions(environment(env, state), model, since=start, outcome=outcome))
    show([as_document(decision) for decision in found], decision_list(found), as_json=as_json)


@decisions_app.command("show")
def show_decision(
    decision_id: Annotated[str, typer.Argument(metavar="ID")],
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Tell the whole story of one decision."""
    from pointsman import observe
    from pointsman.tables import story_view

    story = observe.story(environment(env, state), decision_id)
    document = {
        **as_document(story.decision),
        "execution": asdict(story.execution) if story.execution else None,
        "deployment": story.deployment.model_dump(mode="json") if story.deployment else None,
        "package": asdict(story.package) if story.package else None,
        "related": [as_document(decision) for decision in story.related],
    }
    show(document, story_view(story), as_json=as_json)


@runs_app.callback(invoke_without_command=True)
def list_runs(
    context: typer.Context,
    *,
    model: Model = None,
    since: Since = None,
    limit: Limit = 50,
    env: Env = "local",
    state: State = None,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    if context.invoked_subcommand:
        return
    from pointsman import observe
    from pointsman.tables import run_table

    start = moment(since)
    found = first(limit, observe.runs(environment(env, state), model, since=start))
    show([run.model_dump(mode="json") for run in found], run_table(found), as_json=as_json)


@runs_app.command("show")
def show_run(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="Execution id or ARN, or the decision's id.")],
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a run's steps, and why one failed."""
    from pointsman import executions, observe
    from pointsman.tables import execution_view

    where = environment(env, state)
    execution = executions.execution(where, observe.run(where, run_id).arn)
    show(asdict(execution), execution_view(execution), as_json=as_json)


def cost(
    name: Annotated[str | None, typer.Argument(metavar="MODEL", help="Default: every model.")] = None,
    *,
    estimate: Annotated[bool, typer.Option("--estimate", help="What the next runs may cost, instead.")] = False,
    in_month: Annotated[str | None, typer.Option("--month", help="Such as 2026-11. Default: this month.")] = None,
    since: Since = None,
    env: Env = "local",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Show what runs cost, by month and model, or what the next ones may."""
    from pointsman import costs
    from pointsman.cost_tables import cost_table, estimate_table
    from pointsman.models import expected_costs

    if sum(map(bool, (estimate, in_month, since))) > 1:
        raise BadRequest("--estimate, --month and --since: expected one of them")
    where = environment(env, state)
    if estimate:
        expected = expected_costs(where, name)
        told = [{"model": row.model, "purpose": row.purpose, **asdict(row.estimate)} for row in expected]
        show(told, estimate_table(expected, where.region), as_json=as_json)
        return
    begins, following = costs.month(in_month or f"{datetime.now(UTC):%Y-%m}")
    start, end = moment(since) or begins, None if since else following
    found = costs.monthly_costs(where, name, start, end)
    rows = [{"month": row.month, "model": row.model, **asdict(row.spending)} for row in found]
    show(rows, cost_table(found, where.region), as_json=as_json)


def image(env: Env = "local", state: State = None) -> None:
    """Print the URI of the image that steps run in, as `make image` pushes it."""
    from pipeline_defs.step_image import image_uri

    print(image_uri(environment(env, state).output("StepsRepository")))


def schema(
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
) -> None:
    """Print the JSON Schema of a model's YAML file, for editors."""
    from pointsman.spec_schema import document

    if output:
        write(output, document())
    else:
        print(document(), end="")

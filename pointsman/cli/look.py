"""Commands that show what was decided, what runs, and what models are at."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pointsman.cli.options import Env, Json, Model, State, environment
from pointsman.cli.output import show

decisions_app = typer.Typer(help="What was decided, and why.")
models_app = typer.Typer(help="Models and their state.")
runs_app = typer.Typer(help="Pipeline executions that the control plane started.")


@decisions_app.callback(invoke_without_command=True)
def list_decisions(
    context: typer.Context, model: Model = None, env: Env = "local", state: State = None, *, as_json: Json = False
) -> None:
    """List what was decided and why, newest first."""
    if context.invoked_subcommand:
        return
    from pointsman import observe
    from pointsman.tables import decision_list

    found = observe.decisions(environment(env, state), model)
    show([decision.model_dump(mode="json") for decision in found], decision_list(found), as_json=as_json)


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
    from pointsman.tables import decision_story

    decision = observe.decision(environment(env, state), decision_id)
    show(decision.model_dump(mode="json"), decision_story(decision), as_json=as_json)


@runs_app.callback(invoke_without_command=True)
def list_runs(
    context: typer.Context, model: Model = None, env: Env = "local", state: State = None, *, as_json: Json = False
) -> None:
    """List runs, newest first."""
    if context.invoked_subcommand:
        return
    from pointsman import observe
    from pointsman.tables import run_table

    found = observe.runs(environment(env, state), model)
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
    from pointsman import observe
    from pointsman.tables import execution_view

    where = environment(env, state)
    execution = observe.execution(where, observe.run(where, run_id).arn)
    show(asdict(execution), execution_view(execution), as_json=as_json)


@models_app.callback(invoke_without_command=True)
def list_models(context: typer.Context, env: Env = "local", state: State = None, *, as_json: Json = False) -> None:
    """List the models with their champion and what they are at."""
    if context.invoked_subcommand:
        return
    from pointsman.tables import model_table

    found = environment(env, state).ledger.models()
    show([model.model_dump(mode="json") for model in found], model_table(found), as_json=as_json)


def schema(
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
) -> None:
    """Print the JSON Schema of a model's YAML file, for editors."""
    from pointsman.spec_schema import document

    if output:
        output.write_text(document())
    else:
        print(document(), end="")

"""Commands that show what models are at, and what was deployed."""

from dataclasses import asdict

import typer
from pydantic import TypeAdapter

from control_plane.endpoints import Endpoint
from pointsman.cli.options import Env, Json, Limit, Model, Name, Since, State, environment, moment
from pointsman.cli.output import as_document, first, show

models_app = typer.Typer(help="Models and their state.")


@models_app.callback(invoke_without_command=True)
def list_models(
    context: typer.Context, limit: Limit = 50, env: Env = "local", state: State = None, *, as_json: Json = False
) -> None:
    """List the models with their champion and what they are at."""
    if context.invoked_subcommand:
        return
    from pointsman.model_tables import model_table

    found = first(limit, environment(env, state).history.models())
    show([model.model_dump(mode="json") for model in found], model_table(found), as_json=as_json)


@models_app.command("show")
def show_model(name: Name, env: Env = "local", state: State = None, *, as_json: Json = False) -> None:
    """Tell what a model is at, what it lacks, and what was decided last."""
    from pointsman.hosting import Schedule
    from pointsman.model_tables import model_view
    from pointsman.models import story_of

    story = story_of(environment(env, state), name)
    document = {
        **story.model.model_dump(mode="json"),
        "endpoint": TypeAdapter(Endpoint).dump_python(story.endpoint, mode="json") if story.endpoint else None,
        "variants": [asdict(variant) for variant in story.variants],
        "monitors": TypeAdapter(tuple[Schedule, ...]).dump_python(story.monitors, mode="json"),
        "approvals": dict(story.approvals),
        "challengers": list(story.challengers),
        "deployment": story.deployment.model_dump(mode="json") if story.deployment else None,
        "waiting": [as_document(decision) for decision in story.waiting],
        "decisions": [as_document(decision) for decision in story.decisions],
        "lacks": list(story.lacks),
        "estimates": {purpose: asdict(estimate) for purpose, estimate in story.estimates.items()},
    }
    show(document, model_view(story), as_json=as_json)


def deployments(
    model: Model = None,
    since: Since = None,
    limit: Limit = 50,
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """List deployments and how they ended, newest first."""
    from pointsman import observe
    from pointsman.deployment_tables import deployment_list

    start = moment(since)
    found = first(limit, observe.deployments(environment(env, state), model, since=start))
    show([deployment.model_dump(mode="json") for deployment in found], deployment_list(found), as_json=as_json)

"""Commands that bring an environment to what the checkout says, or tell what that would change."""

from pathlib import Path
from typing import Annotated

import typer

from pointsman.cli.options import Env, Json, State, environment
from pointsman.cli.output import console, print_json, say
from pointsman.errors import Different

Files = Annotated[
    list[Path] | None, typer.Argument(help="Model specs or folders of them. Default: pipeline_defs/models.")
]


def diff(files: Files = None, env: Env = "local", state: State = None, *, as_json: Json = False) -> None:
    """Show what `apply` would change, and change nothing.

    Ends with 0 where nothing would, with 24 where something would, and with another number on an error.
    """
    from pointsman.apply import plan
    from pointsman.change_list import change_list

    planned = plan(environment(env, state), _specs(files), whole=not files)
    if as_json:
        print_json([change.as_document() for change in planned.changes])
    else:
        console().print(change_list(planned.changes))
    if not planned.is_empty:
        raise Different("`pointsman apply` would change that")


def apply(
    files: Files = None,
    env: Env = "local",
    state: State = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask. Without a terminal to ask on, needed.")] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="On an account, but for prod: apply what isn't committed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what changes, ask unless it is the embedded AWS, then upsert it. An error applies nothing."""
    from pointsman.apply import plan
    from pointsman.approval import must_be_committed, must_be_wanted
    from pointsman.change_list import change_list

    where, given = environment(env, state), _specs(files)
    must_be_committed(where, given, allow_dirty=allow_dirty)
    planned = plan(where, given, whole=not files)
    if not as_json:
        console().print(change_list(planned.changes))
    if not planned.is_empty:
        must_be_wanted(where, yes=yes)
        planned.carry_out()
    if as_json:
        print_json([change.as_document() for change in planned.changes])
    else:
        say("nothing to apply" if planned.is_empty else f"applied to {where.name}")


def _specs(files: list[Path] | None) -> list[Path]:
    from pointsman.environment import project_root

    models = project_root() / "pipeline_defs" / "models"
    return [file for path in files or [models] for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]

"""Whether something may be applied: what is on an account comes of a commit, and a person or CI has said yes."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from pointsman.checkout import project_root, uncommitted
from pointsman.environment import LOCAL, Environment
from pointsman.errors import BadRequest, NotCommitted, NothingDone

PROD = "prod"


def must_be_committed(environment: Environment, files: Sequence[Path], *, allow_dirty: bool) -> None:
    """Anything may be tried on the embedded AWS, and nothing that isn't committed in production.

    Raises NotCommitted, which lists the files.
    """
    if environment.name == LOCAL or (allow_dirty and environment.name != PROD):
        return
    root = project_root()
    outside = [f"{file}, which lies outside of {root}" for file in files if not file.resolve().is_relative_to(root)]
    inside = [file.resolve() for file in files if file.resolve().is_relative_to(root)]
    found = [*outside, *uncommitted([root / "pipeline_defs", *inside])]
    if found:
        how = "commit them first" if environment.name == PROD else "commit them first, or say --allow-dirty"
        listed = "".join(f"\n  {line}" for line in found)
        raise NotCommitted(f"nothing applied to {environment.name}: no commit holds these files; {how}{listed}")


def must_be_wanted(environment: Environment, *, yes: bool) -> None:
    """Ask on standard error, where it spoils no document. Raises NothingDone, and BadRequest without a terminal."""
    if environment.name == LOCAL or yes:
        return
    if not sys.stdin.isatty():
        raise BadRequest(f"nothing applied to {environment.name}: there is no terminal to ask on; say --yes")
    question = f"Apply that to {environment.name}, stack {environment.stack} in {environment.region}?"
    if not typer.confirm(question, err=True):
        raise NothingDone(f"nothing applied to {environment.name}")

"""The options that commands share, and what they stand for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pointsman.errors import BadRequest, NotRunning
from pointsman.local.settings import default_state_directory

if TYPE_CHECKING:
    from pointsman.environment import Environment

Env = Annotated[str, typer.Option("--env", help="An environment of samconfig.toml.")]
State = Annotated[
    Path | None, typer.Option("--state", envvar="POINTSMAN_STATE", help="Folder of the embedded AWS's state.")
]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Without one: the previous run's, else any free port.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Name = Annotated[str, typer.Argument(metavar="MODEL")]
Version = Annotated[str, typer.Argument(help="GROUP/NUMBER, such as churn/3, or the package's ARN.")]
Why = Annotated[str, typer.Option("--why", help="Goes on record.")]
Force = Annotated[bool, typer.Option("--force", help="Pass the model's policies; never what makes a run happen once.")]
Model = Annotated[str | None, typer.Option(help="Only this model.")]

Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
Since = Annotated[str | None, typer.Option(help="From then on: a duration such as 2h or 7d, or a time in ISO 8601.")]


def moment(text: str | None) -> datetime | None:
    """What `--since` means. Raises BadRequest."""
    from pydantic import TypeAdapter, ValidationError

    from control_plane.fields import Duration

    if text is None:
        return None
    try:
        ago: timedelta = TypeAdapter(Duration).validate_python(text)
        return datetime.now(UTC) - ago
    except ValidationError:
        pass
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            f"--since: expected a duration such as 2h or 7d, or a time in ISO 8601 (found {text!r})"
        ) from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def state_directory(state: Path | None) -> Path:
    """The folder asked for, else that of the last `up` or `demo`."""
    from pointsman.local.current import current

    return state.resolve() if state else current()


def own_state(state: Path | None, name: str) -> Path:
    """`up` and `demo` keep theirs apart, for the demo empties its own; whoever names a folder keeps it to himself."""
    from pointsman.local import process
    from pointsman.local.current import current, use

    if state:
        return state.resolve()
    before, own = current(), default_state_directory().with_name(name)
    if before != own and process.status(before):
        typer.echo(f"stopping the embedded AWS of {before}; what it holds is kept", err=True)
    return use(own)


def environment(name: str, state: Path | None) -> "Environment":
    """Raises NotRunning, UnknownEnvironment."""
    from pointsman.environment import LOCAL, Environment
    from pointsman.local import process

    if name != LOCAL:
        return Environment.named(name)
    running = process.status(state_directory(state))
    if not running:
        raise NotRunning("the embedded AWS is not running; start it with `pointsman up` or `pointsman demo`")
    return Environment.named(name, running.endpoint_url)

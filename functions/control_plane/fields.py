"""The types of a spec's fields, each with an error that says what was expected."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _parse_duration(value: object) -> object:
    """Accept `90s`, `5m`, `26h`, `7d`; leave the rest to pydantic, which refuses bare numbers of unknown unit."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,9})([smhd])", value) if isinstance(value, str) else None
    if not match:
        msg = "expected a duration such as 90s, 5m, 26h or 7d"
        raise ValueError(msg)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _format_duration(value: timedelta) -> str:
    return f"{int(value.total_seconds())}s"


def _folder(value: str) -> str:
    """A prefix is a folder: routes are looked up folder by folder, and `raw/a` must not catch `raw/ab.csv`."""
    if not value.endswith("/") or value.startswith("/") or "//" in value:
        msg = "expected a folder that ends in one slash and starts with none, such as churn/training/"
        raise ValueError(msg)
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_parse_duration),
    PlainSerializer(_format_duration),
    Field(gt=timedelta(0), le=timedelta(days=3650)),
]
Folder = Annotated[str, AfterValidator(_folder)]
# The registry's own rule for a model package group, which a model's name also is.
ModelName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=63)]
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-_]+$", max_length=256)]


class Strict(BaseModel):
    """Frozen, and closed to fields that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

"""The types of a spec's fields, each with an error that says what was expected, as its JSON Schema does."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
# Up to some 30 years in each unit, so that adding one to a time always gives a time.
_DURATION = "[1-9][0-9]{0,8}s|[1-9][0-9]{0,6}m|[1-9][0-9]{0,4}h|[1-9][0-9]{0,3}d"
_DURATION_EXPECTED = "expected a duration such as 90s, 5m, 26h or 7d"
_FOLDER = "([^/]+/)+"
_FOLDER_EXPECTED = "expected a folder that ends in one slash and starts with none, such as churn/training/"


def text_of_form(pattern: str, expected: str) -> WithJsonSchema:
    """How editors check a text, and what they say of one that doesn't match as a whole."""
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "patternErrorMessage": expected})


def _parse_duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_DURATION, value):
        raise ValueError(_DURATION_EXPECTED)
    return timedelta(**{_UNITS[value[-1]]: int(value[:-1])})


def format_duration(value: timedelta) -> str:
    """In the coarsest unit that is exact."""
    sizes = {letter: timedelta(**{unit: 1}) for letter, unit in _UNITS.items()}
    exact = next(letter for letter, size in sizes.items() if not value % size)
    return f"{value // sizes[exact]}{exact}"


def _folder(value: str) -> str:
    """A prefix is a folder: routes are looked up folder by folder, and `raw/a` must not catch `raw/ab.csv`."""
    if not re.fullmatch(_FOLDER, value):
        raise ValueError(_FOLDER_EXPECTED)
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_parse_duration),
    PlainSerializer(format_duration),
    text_of_form(_DURATION, _DURATION_EXPECTED),
]
Folder = Annotated[str, AfterValidator(_folder), text_of_form(_FOLDER, _FOLDER_EXPECTED)]
# Strict, because a number in quotes is a text to an editor.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
WholeNumber = Annotated[int, Field(strict=True)]
# SageMaker's rule for endpoints, schedules and most of what has a name there.
ResourceName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=63)]
# A model's name is also its model package group's, and part of what its deployments are called.
ModelName = ResourceName
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-_]+$", max_length=256)]


class Strict(BaseModel):
    """Frozen, and closed to fields that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

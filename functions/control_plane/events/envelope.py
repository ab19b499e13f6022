"""What all events share: wire names aliased once, unknown fields ignored, one error for what can't be read."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from control_plane.errors import InvalidEvent

# What an error tells of an event that is wrong in many places, or at length.
_MOST, _LONGEST = 5, 300

type Payload = str | bytes | Mapping[str, Any]


def either_case(name: str) -> AliasChoices:
    """SageMaker writes its members `LikeThis`, but in the events of its pipelines `likeThis`."""
    return AliasChoices(name, name[0].lower() + name[1:])


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first(source: object) -> object:
    return source[0] if isinstance(source, list) and source else source


# ISO 8601, or milliseconds since 1970 as an int, a float or text: every AWS service has its own habit.
Moment = Annotated[datetime, AfterValidator(_aware)]
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


class Wire(BaseModel):
    """Part of an event as AWS sends it. A null says no more than a member that is missing."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, members: object) -> object:
        if not isinstance(members, Mapping):
            return members
        return {name: value for name, value in members.items() if value is not None}


class Event(Wire):
    """The envelope that all share. Types that a rule or a person may mix up say which `detail-type` is theirs.

    A replayed event carries `replay-name` and perhaps another `id`, so an `identity` rests on the `id` only where
    nothing else tells two events apart.
    """

    id: str
    # A list in the documentation's example of a model package, which has `source` twice.
    source: Annotated[str, BeforeValidator(_first)]
    detail_type: str = Field(alias="detail-type")
    time: str | None = Field(None, coerce_numbers_to_str=True)

    @property
    def occurrence(self) -> str:
        """Which of the events that look alike: its time, in whole seconds, which a replay keeps; else its id."""
        return self.time or self.id

    @property
    def sent_at(self) -> datetime | None:
        """None where nobody says, or not as a time."""
        with suppress(ValidationError):
            return _MOMENT.validate_python(self.time)
        return None

    @classmethod
    def parse(cls, payload: Payload) -> Self:
        """Raises InvalidEvent, which names the fields that are missing or wrong."""
        parsed: Self = parse_as(adapter_of(cls), payload, cls.__name__)
        return parsed


@cache
def adapter_of[E](event: type[E]) -> TypeAdapter[E]:
    """Made once: making one takes as long as parsing an event."""
    return TypeAdapter(event)


def parse_as[E](adapter: TypeAdapter[E], payload: Payload, name: str) -> E:
    """Raises InvalidEvent, which says that this is no `name` event, and why."""
    try:
        if isinstance(payload, str | bytes):
            return adapter.validate_json(payload)
        return adapter.validate_python(payload)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'the event'}: {problem['msg']}"[:_LONGEST]
            for problem in error.errors()[:_MOST]
        )
        raise InvalidEvent(f"not a {name} event: {where}") from error

"""What all events share: wire names aliased once, unknown fields ignored, one error for what can't be read."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from control_plane.errors import InvalidEvent


class Wire(BaseModel):
    """Part of an event as AWS sends it."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class Event(Wire):
    """The envelope that all share."""

    id: str
    source: str
    detail_type: str = Field(alias="detail-type")

    @classmethod
    def parse(cls, payload: str | bytes | Mapping[str, Any]) -> Self:
        """Raises InvalidEvent, which names the fields that are missing or wrong."""
        try:
            if isinstance(payload, str | bytes):
                return cls.model_validate_json(payload)
            return cls.model_validate(payload)
        except ValidationError as error:
            where = "; ".join(
                f"{'.'.join(map(str, problem['loc'])) or 'the event'}: {problem['msg']}" for problem in error.errors()
            )
            raise InvalidEvent(f"not a {cls.__name__} event: {where}") from error

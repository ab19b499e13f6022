"""What the stream of the ledger's table says: a decision or a run was written.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from typing import Annotated, Self

from pydantic import AliasPath, Field, Json

from control_plane.events.envelope import Payload, Wire, adapter_of, parse_as
from control_plane.records import Decision, Run


class Image(Wire):
    """An item, as far as it is told of: its record."""

    record: Json[Annotated[Decision | Run, Field(discriminator="kind")]] = Field(
        validation_alias=AliasPath("body", "S")
    )


class WrittenItem(Wire):
    """`dynamodb` of a stream's record. `old` is None where the item is new."""

    old: Image | None = Field(None, alias="OldImage")
    new: Image = Field(alias="NewImage")


class RecordChange(Wire):
    """One record of the stream."""

    item: WrittenItem = Field(alias="dynamodb")

    @property
    def before(self) -> Decision | Run | None:
        return self.item.old.record if self.item.old else None

    @property
    def after(self) -> Decision | Run:
        return self.item.new.record

    @classmethod
    def parse(cls, payload: Payload) -> Self:
        """Raises InvalidEvent."""
        parsed: Self = parse_as(adapter_of(cls), payload, cls.__name__)
        return parsed

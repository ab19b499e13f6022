"""`Notices` that remembers what was told."""

from dataclasses import dataclass, field

from control_plane.notices import Notice


@dataclass
class FakeNotices:
    """`told` holds the notices, oldest first."""

    told: list[Notice] = field(default_factory=list)

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

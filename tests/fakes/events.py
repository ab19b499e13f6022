"""`Events` that remembers what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FakeEvents:
    """`sent` holds detail type and detail, oldest first."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send(self, detail_type: str, detail: Mapping[str, object]) -> None:
        self.sent.append((detail_type, dict(detail)))

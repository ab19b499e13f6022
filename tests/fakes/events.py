"""`Events` that remembers what was sent."""

from dataclasses import dataclass, field


@dataclass
class FakeEvents:
    """`sent` holds detail type and detail, oldest first."""

    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def send(self, detail_type: str, detail: dict[str, str]) -> None:
        self.sent.append((detail_type, dict(detail)))

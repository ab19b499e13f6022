"""What roles need on an account and can't use on a laptop, each with a reason."""

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Elsewhere:
    """`what`: actions, or resources as the template writes them, of the holder's statements."""

    holder: str
    what: tuple[str, ...]
    why: str

    def covers(self, holder: str, what: str) -> bool:
        return holder == self.holder and what in self.what


def known() -> tuple[Elsewhere, ...]:
    entries = yaml.safe_load(Path(__file__).with_name("elsewhere.yaml").read_text())
    return tuple(
        Elsewhere(holder, tuple(entry["what"]), entry["why"]) for entry in entries for holder in entry["holders"]
    )

"""How people see what is applied."""

from collections.abc import Sequence

from rich.text import Text

from pointsman.upserts import Change

_STYLES = {"create": "green", "update": "yellow", "unchanged": "dim", "left alone": "dim", "missing": "yellow"}
_SIGNS = {"+": "green", "~": "yellow", "-": "red"}


def change_list(changes: Sequence[Change]) -> Text:
    """A line for each thing, then one for each of its fields that differs."""
    text = Text()
    for change in changes:
        text.append(f"{change.what:<10}", _STYLES[change.what])
        text.append(f" {change.kind} {change.name}{f'  {change.note}' if change.note else ''}\n")
        for field in change.fields:
            text.append(f"    {field}\n", _SIGNS[field.sign])
    text.rstrip()
    return text

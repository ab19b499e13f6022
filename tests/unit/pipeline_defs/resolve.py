"""What SageMaker does to a definition's references, for tests that need values."""

from collections.abc import Mapping
from typing import Any


def resolved(value: Any, references: Mapping[str, Any]) -> Any:
    """`value` with each `Get` looked up in `references` by its path, and each `Std:Join` joined."""
    match value:
        case {"Get": path}:
            return references[path]
        case {"Std:Join": {"On": on, "Values": values}}:
            return on.join(str(resolved(item, references)) for item in values)
        case dict():
            return {key: resolved(item, references) for key, item in value.items()}
        case list():
            return [resolved(item, references) for item in value]
        case _:
            return value


def steps_by_name(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every step, those in branches too."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(definition["Steps"])
    while waiting:
        step = waiting.pop()
        found[step["Name"]] = step
        waiting += step["Arguments"].get("IfSteps", []) + step["Arguments"].get("ElseSteps", [])
    return found


def parameters(definition: dict[str, Any], **given: Any) -> dict[str, Any]:
    """References to the pipeline's parameters: those given, and the defaults of the others."""
    defaults = {item["Name"]: item["DefaultValue"] for item in definition["Parameters"] if "DefaultValue" in item}
    return {f"Parameters.{name}": value for name, value in (defaults | given).items()}

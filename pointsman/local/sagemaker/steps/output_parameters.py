"""What Lambda and Callback steps give to later ones: named values of declared types, kept as strings."""

import json
from collections.abc import Iterable
from typing import Any

from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.shapes import Shape


def declared(step: Step) -> dict[str, str]:
    """Types by name."""
    return {
        output["OutputName"]: output.get("OutputType", "String") for output in step.body.get("OutputParameters") or ()
    }


def kept(values: Iterable[tuple[str, Any]], types: dict[str, str]) -> list[Shape]:
    """In the form of the step's metadata. A nested value becomes a string of JSON, as in SageMaker."""
    return [
        {
            "Name": name,
            "Value": value if isinstance(value, str) else json.dumps(value),
            "type": types.get(name, "String"),
        }
        for name, value in values
    ]


def properties(metadata: Shape) -> Shape:
    """`OutputParameters['name']`, in its declared type."""
    return {"OutputParameters": {each["Name"]: _typed(each) for each in metadata.get("OutputParameters") or ()}}


def _typed(parameter: Shape) -> Any:
    value = parameter["Value"]
    if parameter.get("type") in {"Integer", "Float", "Boolean"}:
        try:
            return json.loads(value.lower() if parameter["type"] == "Boolean" else value)
        except ValueError:
            return value
    return value

"""What SageMaker accepts, as far as botocore knows it."""

import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

PATTERNS = dict.fromkeys(["CustomerMetadataKey", "CustomerMetadataValue", "TagKey", "TagValue"], r"[\w .:/=+\-@]*")
"""Where AWS's own pattern is not one for Python's `re`: the same, in its words."""


def problems(operation: str, request: dict[str, Any]) -> list[str]:
    """Why the operation would refuse the request."""
    shape = botocore.session.Session().get_service_model("sagemaker").operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    report = ParamValidator().validate(request, shape)
    return [report.generate_report()] if report.has_errors() else list(beyond_limits(shape, request))


def beyond_limits(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """What botocore's validator leaves to the service: maximum lengths, patterns and enumerations."""
    for part, (inner_shape, inner) in parts(shape, value).items():
        yield from beyond_limits(inner_shape, inner, f"{path}.{part}")
    if isinstance(value, str):
        known = shape.metadata
        too_long = len(value) > known.get("max", len(value))
        pattern = PATTERNS.get(shape.name, known.get("pattern", ".*"))
        if too_long or value not in known.get("enum", [value]) or not re.fullmatch(pattern, value):
            yield f"{path} = {value}"


def parts(shape: Shape, value: Any) -> dict[str, tuple[Shape, Any]]:
    if isinstance(shape, StructureShape):
        return {name: (shape.members[name], item) for name, item in value.items()}
    if isinstance(shape, ListShape):
        return {str(index): (shape.member, item) for index, item in enumerate(value)}
    if isinstance(shape, MapShape):
        keys = {f"{key} (key)": (shape.key, key) for key in value}
        return keys | {key: (shape.value, item) for key, item in value.items()}
    return {}

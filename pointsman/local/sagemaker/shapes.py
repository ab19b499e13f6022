"""SageMaker's own description of its requests and answers: botocore's service model.

A `Shape` is one structure as it travels: JSON types only, times as epoch seconds. What is kept in the store has the
form of the Describe* answers, with further members that `project` leaves out.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape
from botocore.model import Shape as ModelShape

type Shape = dict[str, Any]


@cache
def service_model(service: str = "sagemaker") -> ServiceModel:
    return ServiceModel(botocore.loaders.Loader().load_service_model(service, "service-2"), service)


def input_shape(operation: str) -> StructureShape:
    shape = service_model().operation_model(operation).input_shape
    if shape is None:
        raise LookupError(f"{operation} takes no input")
    return shape


def output_shape(operation: str) -> StructureShape | None:
    shape: StructureShape | None = service_model().operation_model(operation).output_shape
    return shape


def project(shape: ModelShape, value: Any) -> Any:
    """`value` with only what `shape` declares; nulls and undeclared members are left out, at every depth."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {
            name: project(member, value[name]) for name, member in shape.members.items() if value.get(name) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [project(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: project(shape.value, item) for key, item in value.items()}
    return value


def coerce(shape: ModelShape, value: Any) -> Any:
    """`value` with scalars in the type that `shape` declares: references give numbers for strings and the reverse."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {
            name: coerce(shape.members[name], item) if name in shape.members else item for name, item in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [coerce(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: coerce(shape.value, item) for key, item in value.items()}
    if shape.type_name == "string" and isinstance(value, bool | int | float):
        return json.dumps(value)
    if shape.type_name in {"integer", "long", "float", "double"} and isinstance(value, str):
        return _number(value)
    return value


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text

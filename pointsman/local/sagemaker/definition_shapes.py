"""A definition's arguments and property references against SageMaker's service model, as far as it goes without values.

A step's arguments are the body of the Create* operation of its type, without the name; its properties are the answer
of the Describe* operation. Expressions stand for any value; lengths and patterns are checked when there are values.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, StructureShape
from botocore.model import Shape as ModelShape

from pointsman.local.sagemaker import paths
from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.errors import Problem
from pointsman.local.sagemaker.references import is_expression
from pointsman.local.sagemaker.shapes import input_shape, output_shape

_RESOURCES = {
    "AutoML": "AutoMLJob",
    "Model": "Model",
    "Processing": "ProcessingJob",
    "RegisterModel": "ModelPackage",
    "Training": "TrainingJob",
    "Transform": "TransformJob",
    "Tuning": "HyperParameterTuningJob",
}
_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "string": (str, int, float, bool),
    "boolean": bool,
    "integer": (int, str),
    "long": (int, str),
    "float": (int, float, str),
    "double": (int, float, str),
}


def argument_problems(step: Step) -> Iterator[Problem]:
    resource = _RESOURCES.get(step.type)
    if resource is not None:
        yield from _problems(input_shape(f"Create{resource}"), step.arguments, f"{step.path}.Arguments")
        for member in _required(resource):
            if step.arguments.get(member) is None:
                yield Problem(f"{step.path}.Arguments", f"{member} is missing")


def has_property(step: Step, path: paths.Path) -> bool:
    """Whether a step of this type can have the property; True for types with others than their Describe* answer's."""
    resource = _RESOURCES.get(step.type) if step.type != "Tuning" else None  # also has its TrainingJobSummaries
    shape: ModelShape | None = output_shape(f"Describe{resource}") if resource else None
    for segment in path:
        if shape is None:
            return True
        if isinstance(shape, StructureShape):
            if segment not in shape.members:
                return False
            shape = shape.members[str(segment)]
        elif isinstance(shape, ListShape):
            shape = shape.member
        elif isinstance(shape, MapShape):
            shape = shape.value
        else:
            return False
    return True


def _required(resource: str) -> list[str]:
    # The name is SageMaker's to give, and the role falls back to the pipeline's.
    given = {f"{resource}Name", "RoleArn", "ExecutionRoleArn"}
    return [member for member in input_shape(f"Create{resource}").required_members if member not in given]


def _problems(shape: ModelShape, value: Any, path: str) -> Iterator[Problem]:
    if value is None or is_expression(value):
        return
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _list_problems(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _map_problems(shape, value, path)
    elif not isinstance(value, _SCALARS.get(shape.type_name, object)):
        yield Problem(path, f"expected {shape.type_name}, found {value!r}")


def _structure_problems(shape: StructureShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, f"expected an object, found {value!r}")
        return
    for name, item in value.items():
        if name in shape.members:
            yield from _problems(shape.members[name], item, f"{path}.{name}")
        elif item is not None:
            yield Problem(f"{path}.{name}", f"unknown; expected one of {', '.join(sorted(shape.members))}")


def _list_problems(shape: ListShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, f"expected a list, found {value!r}")
        return
    for position, item in enumerate(value):
        yield from _problems(shape.member, item, f"{path}[{position}]")


def _map_problems(shape: MapShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, f"expected an object, found {value!r}")
        return
    for key, item in value.items():
        yield from _problems(shape.value, item, f"{path}.{key}")

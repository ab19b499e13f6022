"""What an execution is given: its parameters' values, and the names of its experiment."""

from typing import Any

from pointsman.local.sagemaker.definition import Definition, Parameter
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.naming import execution_id
from pointsman.local.sagemaker.references import EXECUTION_VARIABLES, Reference, is_function
from pointsman.local.sagemaker.shapes import Shape


def parameter_values(definition: Definition, overrides: Any) -> dict[str, Any]:
    """Every parameter's value: what the request gives, else the default. Raises ValidationError."""
    given = {override["Name"]: override["Value"] for override in overrides}
    unknown = sorted(set(given) - set(definition.parameters))
    if unknown:
        raise ValidationError(
            f"Unknown pipeline parameters {unknown}; the definition has {sorted(definition.parameters)}"
        )
    values = {
        name: _read(parameter, given[name]) if name in given else parameter.default
        for name, parameter in definition.parameters.items()
    }
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise ValidationError(f"Pipeline parameters {missing} have no default value and must be given")
    return values


def _read(parameter: Parameter, text: str) -> Any:
    try:
        value = parameter.type.read(text)
    except ValueError as error:
        raise ValidationError(
            f"Pipeline parameter '{parameter.name}' is of type {parameter.type}; '{text}' is not"
        ) from error
    if parameter.allowed and value not in parameter.allowed:
        raise ValidationError(
            f"Pipeline parameter '{parameter.name}' must be one of {list(parameter.allowed)}; found '{text}'"
        )
    return value


def experiment(definition: Definition, pipeline: Shape, arn: str, parameters: Shape) -> Shape | None:
    """Names given as text or by the two references that the SDK writes."""
    known = {"PipelineName": pipeline["PipelineName"], "PipelineExecutionId": execution_id(arn)}
    names = {}
    for member, value in (definition.experiment or {}).items():
        reference = Reference.parse(value["Get"]) if is_function(value, "Get") else None
        if reference is None:
            names[member] = value
        elif reference.scope == "Parameters":
            names[member] = parameters.get(reference.name)
        elif reference.name in EXECUTION_VARIABLES:
            names[member] = known.get(reference.name)
    return {member: name for member, name in names.items() if isinstance(name, str)} or None

"""Which definition is meant: one of this checkout compiled, one that is deployed, or a file of anybody's."""

from pathlib import Path

from botocore.exceptions import ClientError

from pointsman.environment import Environment
from pointsman.errors import BadRequest, NotFound
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.errors import DefinitionError

_PREFIX = "pointsman-"


def compiled(name: str) -> Definition:
    """`training` is short for `pointsman-training`. Raises NotFound."""
    from pipeline_defs.compile import NEUTRAL, compile_pipelines

    definitions = compile_pipelines(NEUTRAL)
    for known, text in definitions.items():
        if name in {known, known.removeprefix(_PREFIX)}:
            return _parsed(known, text)
    offered = ", ".join(known.removeprefix(_PREFIX) for known in definitions)
    raise NotFound(f"pipeline_defs has no pipeline {name!r}; it has: {offered}")


def deployed(environment: Environment, name: str) -> Definition:
    """As the environment has it now, whoever wrote it. Raises NotFound, BadRequest."""
    for candidate in dict.fromkeys((name, f"{_PREFIX}{name}")):
        try:
            answer = environment.sagemaker.describe_pipeline(PipelineName=candidate)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFound":
                raise
        else:
            return _parsed(candidate, answer["PipelineDefinition"])
    raise NotFound(f"{environment.name} has no pipeline {name!r}")


def written(file: Path) -> Definition:
    """Raises BadRequest."""
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{file} can't be read: {error}") from error
    return _parsed(str(file), text)


def _parsed(what: str, text: str) -> Definition:
    try:
        return parse(text)
    except DefinitionError as error:
        raise BadRequest(f"{what} is no pipeline definition: {error}") from error

"""The rooms as an environment has them: Lambda functions."""

from collections.abc import Mapping

from pydantic import ValidationError

from control_plane.settings import Settings
from pointsman.environment import Environment
from pointsman.errors import NotDeployed


def function_name(environment: Environment, logical_id: str) -> str:
    """Its name in Lambda. Raises NotDeployed."""
    return environment.resource(logical_id)


def variables_of(environment: Environment, logical_id: str) -> Mapping[str, str]:
    """What the function finds in its environment."""
    name = function_name(environment, logical_id)
    found = environment.client("lambda").get_function_configuration(FunctionName=name)
    return dict(found["Environment"]["Variables"])


def settings_of(environment: Environment, logical_id: str) -> Settings:
    """As the function itself reads them. Raises NotDeployed, also where it was deployed from another checkout."""
    told = variables_of(environment, logical_id)
    try:
        return Settings.model_validate({name: told.get(name.upper()) for name in Settings.model_fields})
    except ValidationError as error:
        missing = ", ".join(str(problem["loc"][0]).upper() for problem in error.errors())
        raise NotDeployed(
            f"{logical_id} in {environment.name} isn't told {missing}, as this checkout's is; deploy the stack again"
        ) from error

"""The rooms as an environment has them: Lambda functions."""

from collections.abc import Mapping

from control_plane.settings import Settings
from pointsman.environment import Environment


def function_name(environment: Environment, logical_id: str) -> str:
    """Its name in Lambda. Raises NotDeployed."""
    return environment.resource(logical_id)


def variables_of(environment: Environment, logical_id: str) -> Mapping[str, str]:
    """What the function finds in its environment."""
    name = function_name(environment, logical_id)
    found = environment.client("lambda").get_function_configuration(FunctionName=name)
    return dict(found["Environment"]["Variables"])


def settings_of(environment: Environment, logical_id: str) -> Settings:
    """As the function itself reads them."""
    told = variables_of(environment, logical_id)
    return Settings.model_validate({name: told.get(name.upper()) for name in Settings.model_fields})

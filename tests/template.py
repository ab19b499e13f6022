"""The template as it is deployed."""

from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import load  # type: ignore[import-untyped]

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@cache
def resources() -> dict[str, Any]:
    """By logical id; intrinsic functions in their long form."""
    return dict(load(str(TEMPLATE))["Resources"])

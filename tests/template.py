"""The template as it is deployed."""

from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import load  # type: ignore[import-untyped]

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@cache
def _template() -> dict[str, Any]:
    return dict(load(str(TEMPLATE)))


def resources() -> dict[str, Any]:
    """By logical id; intrinsic functions in their long form."""
    return dict(_template()["Resources"])


def environment() -> dict[str, Any]:
    """The variables that every function gets."""
    return dict(_template()["Globals"]["Function"]["Environment"]["Variables"])


def parameters_in_full() -> dict[str, Any]:
    return dict(_template()["Parameters"])


def parameters() -> dict[str, str]:
    """The defaults of those that have one."""
    return {name: str(each["Default"]) for name, each in parameters_in_full().items() if "Default" in each}


def outputs() -> dict[str, Any]:
    return dict(_template()["Outputs"])


def before_resources() -> dict[str, Any]:
    """What CloudFormation holds a stack's parameters against, before it makes anything."""
    return {section: _template()[section] for section in ("Parameters", "Rules", "Conditions")}


def asked_for() -> dict[str, Any]:
    """What a stack of it says of its own parameters, as a template without their resources."""
    whole = _template()
    told = {name: output for name, output in whole["Outputs"].items() if name in whole["Parameters"]}
    return {**{section: whole[section] for section in ("Parameters", "Conditions")}, "Outputs": told}

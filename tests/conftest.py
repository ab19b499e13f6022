"""What all levels share: the switch that points the contract of SageMaker at an AWS account."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aws", "The contract of SageMaker, held against an account")
    group.addoption("--aws", action="store_true", help="run the tests that an account can pass, and only those, on AWS")
    group.addoption("--aws-role", help="the ARN of the role that pipelines and jobs run under; needed with --aws")
    group.addoption("--aws-image", help="the URI of an image with python3; default: us-east-1's scikit-learn image")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --aws nothing runs that isn't about an account."""
    if not config.getoption("--aws"):
        return
    about = [item for item in items if "account" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in about])
    items[:] = about

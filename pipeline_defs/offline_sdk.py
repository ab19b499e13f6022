"""The sagemaker SDK without credentials, network or noise.

The SDK wants an account even where it only writes JSON: importing it creates boto3 clients from the default session
(`sagemaker.ai_registry.air_hub`), which fails without a region and asks the instance metadata service for credentials;
a `PipelineSession` creates more. Compiling calls none of them, so all get a session whose credentials are made up.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from sagemaker.core.workflow.pipeline_context import PipelineSession

TELEMETRY_OFF = {"SchemaVersion": "1.0", "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}}}


def _boto_session(region: str) -> boto3.Session:
    return boto3.Session(region_name=region, aws_access_key_id="offline", aws_secret_access_key="offline")  # noqa: S106


@contextmanager
def sdk_imports(region: str) -> Iterator[None]:
    """Wrap the first import of anything from `sagemaker`: about 3 s, and 5 s when bytecode is not cached.

    Replaces boto3's default session while it lasts, so code in other threads should use sessions of its own.
    """
    previous = boto3.DEFAULT_SESSION
    boto3.DEFAULT_SESSION = _boto_session(region)
    try:
        with _unchanged_logging(), warnings.catch_warnings():
            # Invalid escapes in the SDK's docstrings: a screenful of SyntaxWarning on first import.
            warnings.simplefilter("ignore")
            yield
    finally:
        boto3.DEFAULT_SESSION = previous


@contextmanager
def _unchanged_logging() -> Iterator[None]:
    """Undo the SDK's `logging.basicConfig` (`sagemaker.core.experiments`), which takes over its host's output."""
    root = logging.getLogger()
    handlers, level = root.handlers.copy(), root.level
    logging.getLogger("sagemaker").setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@cache
def offline_session(region: str) -> "PipelineSession":
    """A session to compile with. With a config given, none is looked for in the user's home or the environment.

    One for all pipelines: making one takes 30 times as long as compiling a pipeline with it.
    """
    from sagemaker.core.workflow.pipeline_context import PipelineSession

    return PipelineSession(boto_session=_boto_session(region), sagemaker_config=TELEMETRY_OFF)

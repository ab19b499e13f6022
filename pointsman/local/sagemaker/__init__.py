"""A SageMaker of this machine: pipelines, jobs and registry, behind SageMaker's own wire.

It knows nothing of what serves it: `LocalSageMaker.handle` takes an operation's name and a body.
"""

from pointsman.local.sagemaker.account import Limits
from pointsman.local.sagemaker.outbox import Emit
from pointsman.local.sagemaker.service import LocalSageMaker

__all__ = ["Emit", "Limits", "LocalSageMaker"]

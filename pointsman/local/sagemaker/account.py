"""What every operation of the one local account works on."""

from dataclasses import dataclass, field

from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.store import Event, Store


@dataclass(frozen=True)
class Limits:
    """SageMaker's adjustable quotas: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html"""

    concurrent_executions: int = 20
    pipeline_parameters: int = 200
    # The published quota is 50, yet tests run against the service create pipelines of 2,000 steps; None is no limit.
    pipeline_steps: int | None = None


@dataclass(frozen=True)
class Account:
    store: Store
    arns: Arns
    limits: Limits = field(default_factory=Limits)

    def publish(self, event: Event) -> None:
        """Joins the surrounding transaction: no event without its change, no change without its event."""
        self.store.add_event(event)

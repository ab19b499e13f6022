"""Results of steps, kept for later executions of the same pipeline.

A result is the step's metadata: the job it ran, whose outputs stay where that job wrote them. Only steps that ran and
succeeded are kept, the most recent of each key; https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html.
Whether the earlier run had its own cache on makes no difference: our choice, as that is not documented.
"""

from dataclasses import dataclass

from pointsman.local.sagemaker.definition import CachePolicy
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind, Store


@dataclass(frozen=True)
class Place:
    """One step of one pipeline, as it is with these key attributes."""

    pipeline_arn: str
    step: str
    key: str

    @property
    def identity(self) -> str:
        return f"{self.pipeline_arn}/{self.step}/{self.key}"


class StepCache:
    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, place: Place, policy: CachePolicy, now: float) -> Shape | None:
        """`Metadata`, and the `PipelineExecutionArn` it comes from; None where there is no result so young."""
        found = self._store.get(Kind.STEP_RESULT, place.identity)
        if found is None:
            return None
        age = now - found["EndTime"]
        return None if policy.expire_after is not None and age > policy.expire_after.total_seconds() else found

    def keep(self, place: Place, execution_arn: str, metadata: Shape, at: float) -> None:
        body = {"PipelineExecutionArn": execution_arn, "Metadata": metadata, "EndTime": at}
        self._store.put(Kind.STEP_RESULT, place.identity, body, parent=place.pipeline_arn)

"""Operations on a pipeline's versions: each CreatePipeline and UpdatePipeline makes one."""

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.pipelines import Pipelines, version_identity
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_NAMES = ("PipelineVersionDisplayName", "PipelineVersionDescription")


class PipelineVersions:
    def __init__(self, account: Account, pipelines: Pipelines) -> None:
        self._store = account.store
        self._pipelines = pipelines

    def list_page(self, request: Shape) -> Shape:
        pipeline = self._pipelines.find(request["PipelineName"])
        last = {
            execution["PipelineVersionId"]: execution["PipelineExecutionArn"]
            for execution in self._store.items(Kind.EXECUTION, parent=pipeline["PipelineArn"])
        }
        versions = [
            {
                "PipelineArn": pipeline["PipelineArn"],
                "LastExecutionPipelineExecutionArn": last.get(number),
                **self._pipelines.version(pipeline, number),
            }
            for number in range(1, pipeline["PipelineVersionId"] + 1)
        ]
        found = pages.within(versions, request, "CreationTime", "CreatedAfter", "CreatedBefore")
        ordered = pages.sort(found, request, {"": "CreationTime"}, by="", order="Descending")
        return pages.page(
            ordered, request, into="PipelineVersionSummaries", identity=lambda each: str(each["PipelineVersionId"])
        )

    def update(self, request: Shape) -> Shape:
        with self._store.transaction():
            pipeline = self._pipelines.find(request["PipelineArn"])
            number = self._pipelines.version(pipeline, request["PipelineVersionId"])["PipelineVersionId"]
            changes = {name: request[name] for name in _NAMES if request.get(name) is not None}
            self._store.change(Kind.PIPELINE_VERSION, version_identity(pipeline, number), **changes)
        return {"PipelineArn": pipeline["PipelineArn"], "PipelineVersionId": number}

"""Operations on pipelines."""

from pointsman.local.sagemaker import definition_parser, pages, quotas, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import (
    ConflictError,
    DefinitionError,
    JobFailedError,
    ResourceNotFoundError,
    ValidationError,
)
from pointsman.local.sagemaker.execution_records import TERMINAL
from pointsman.local.sagemaker.naming import resource_name
from pointsman.local.sagemaker.s3_transfer import Location, Transfer
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SORT = {"Name": "PipelineName", "CreationTime": "CreationTime"}
_SHOWN_PROBLEMS = 20


class Pipelines:
    """Kept by lower-case name, in the form of DescribePipeline; each version's definition apart."""

    def __init__(self, account: Account, transfer: Transfer) -> None:
        self._account = account
        self._store = account.store
        self._transfer = transfer

    def create(self, request: Shape) -> Shape:
        name, token = request["PipelineName"], request["ClientRequestToken"]
        text = self._checked_definition(request)
        arn, at = self._account.arns.pipeline(name), times.now()
        with self._store.transaction():
            existing = self._store.get(Kind.PIPELINE, name.lower())
            if existing is not None:
                if existing["creationToken"] == token:
                    return {"PipelineArn": arn}
                # The SDK's upsert recognises an existing pipeline by this code and wording.
                raise ValidationError(
                    "Pipeline names must be unique within an AWS account and region."
                    f" Pipeline with name ({name}) already exists."
                )
            body = {
                "PipelineArn": arn,
                "PipelineName": name,
                "PipelineDisplayName": request.get("PipelineDisplayName", name),
                "PipelineDescription": request.get("PipelineDescription"),
                "RoleArn": request["RoleArn"],
                "PipelineStatus": "Active",
                "CreationTime": at,
                "LastModifiedTime": at,
                "ParallelismConfiguration": request.get("ParallelismConfiguration"),
                "PipelineVersionId": 1,
                "creationToken": token,
            }
            self._store.put(Kind.PIPELINE, name.lower(), body)
            self._keep_version(name, 1, text, at)
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
        return {"PipelineArn": arn}

    def update(self, request: Shape) -> Shape:
        text = self._checked_definition(request, required=False)
        with self._store.transaction():
            pipeline = self.find(request["PipelineName"])
            name, version, at = pipeline["PipelineName"], pipeline["PipelineVersionId"] + 1, times.now()
            kept = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")
            changes = {member: request[member] for member in kept if request.get(member) is not None}
            self._keep_version(name, version, text or self.definition_text(pipeline), at)
            self._store.change(
                Kind.PIPELINE, name.lower(), **changes, LastModifiedTime=at, PipelineVersionId=version
            )  # fmt: skip
        return {"PipelineArn": pipeline["PipelineArn"], "PipelineVersionId": version}

    def describe(self, request: Shape) -> Shape:
        pipeline = self.find(request["PipelineName"])
        version = self.version(pipeline, request.get("PipelineVersionId"))
        return {**version, **pipeline, "PipelineVersionId": version["PipelineVersionId"]}

    def list(self, request: Shape) -> Shape:
        prefix = request.get("PipelineNamePrefix", "").lower()
        found = [
            {**pipeline, "LastExecutionTime": pipeline.get("LastRunTime")}
            for pipeline in pages.within(
                self._store.items(Kind.PIPELINE), request, "CreationTime", "CreatedAfter", "CreatedBefore"
            )
            if pipeline["PipelineName"].lower().startswith(prefix)
        ]
        ordered = pages.sort(found, request, _SORT, by="CreationTime", order="Descending")
        return pages.page(
            ordered, request, into="PipelineSummaries", identity=lambda pipeline: str(pipeline["PipelineArn"])
        )

    def delete(self, request: Shape) -> Shape:
        with self._store.transaction():
            pipeline = self.find(request["PipelineName"])
            arn, name = pipeline["PipelineArn"], pipeline["PipelineName"]
            executions = self._store.items(Kind.EXECUTION, parent=arn)
            if any(execution["PipelineExecutionStatus"] not in TERMINAL for execution in executions):
                raise ConflictError(f"Pipeline '{arn}' has running executions; stop them before deleting the pipeline.")
            # "When you delete a pipeline, all instances of the pipeline are deleted."
            for execution in executions:
                self._forget_execution(execution["PipelineExecutionArn"])
            self._store.delete_all(Kind.PIPELINE_VERSION, parent=name.lower())
            self._store.delete_all(Kind.STEP_RESULT, parent=arn)
            self._store.forget_tokens(arn)
            self._store.delete_tags(arn)
            self._store.delete(Kind.PIPELINE, name.lower())
        return {"PipelineArn": arn}

    def find(self, name_or_arn: str) -> Shape:
        """Raises ResourceNotFoundError."""
        name = resource_name(name_or_arn)
        pipeline = self._store.get(Kind.PIPELINE, name.lower())
        if pipeline is None:
            raise ResourceNotFoundError(f"Pipeline '{self._account.arns.pipeline(name)}' does not exist.")
        return pipeline

    def definition_text(self, pipeline: Shape, version: int | None = None) -> str:
        """As it was written; of the latest version unless one is named. Raises ResourceNotFoundError."""
        return str(self.version(pipeline, version)["PipelineDefinition"])

    def version(self, pipeline: Shape, number: int | None = None) -> Shape:
        """The latest unless one is named. Raises ResourceNotFoundError."""
        number = number or pipeline["PipelineVersionId"]
        kept = self._store.get(Kind.PIPELINE_VERSION, version_identity(pipeline, number))
        if kept is None:
            raise ResourceNotFoundError(f"Pipeline '{pipeline['PipelineArn']}' has no version {number}.")
        return {"PipelineVersionId": number, **kept}

    def _checked_definition(self, request: Shape, *, required: bool = True) -> str:
        """The definition's text, inline or from S3, parsed once to refuse it here rather than in a run."""
        text = request.get("PipelineDefinition")
        location = request.get("PipelineDefinitionS3Location")
        if location:
            text = self._from_s3(location)
        if text is None:
            if required:
                raise ValidationError("Either PipelineDefinition or PipelineDefinitionS3Location must be provided.")
            return ""
        try:
            quotas.check_size(definition_parser.parse(text), self._account.limits)
        except DefinitionError as error:
            shown = "; ".join(str(problem) for problem in error.problems[:_SHOWN_PROBLEMS])
            raise ValidationError(f"Unable to parse pipeline definition. {shown}") from error
        return str(text)

    def _from_s3(self, location: Shape) -> str:
        try:
            return self._transfer.read(str(Location(location["Bucket"], location["ObjectKey"]))).decode()
        except (JobFailedError, UnicodeDecodeError) as error:
            raise ValidationError(f"Unable to read PipelineDefinitionS3Location: {error}") from error

    def _keep_version(self, name: str, version: int, text: str, at: float) -> None:
        body = {"PipelineDefinition": text, "CreationTime": at}
        self._store.put(Kind.PIPELINE_VERSION, f"{name.lower()}/{version}", body, parent=name.lower())

    def _forget_execution(self, arn: str) -> None:
        self._store.delete_all(Kind.STEP, parent=arn)
        for operation in ("stop", "retry"):
            self._store.forget_tokens(f"{operation}:{arn}")
        self._store.delete(Kind.EXECUTION_INPUT, arn)
        self._store.delete(Kind.EXECUTION, arn)


def version_identity(pipeline: Shape, number: int) -> str:
    return f"{pipeline['PipelineName'].lower()}/{number}"

"""RegisterModel steps: a new version in the registry."""

from pointsman.local.sagemaker.errors import ServiceError, StepFailedError
from pointsman.local.sagemaker.registry import Registry
from pointsman.local.sagemaker.shapes import Shape, coerce, input_shape
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.validation import check_request


class RegisterModelStep:
    def __init__(self, registry: Registry, store: Store) -> None:
        self._registry = registry
        self._store = store

    def run(self, run: StepRun) -> StepEnd:
        if "RegisterModel" in run.metadata:
            return StepEnd()
        shape = input_shape("CreateModelPackage")
        request = coerce(shape, run.resolve(run.step.arguments))
        # By this a handler of the approval finds the run that made the version.
        generated = {"GeneratedBy": run.execution["PipelineExecutionArn"]}
        request["MetadataProperties"] = {**(request.get("MetadataProperties") or {}), **generated}
        try:
            check_request(shape, request)
            self._check_allowed(run, request)
            with self._store.transaction():
                # Together, so that a crash leaves either no version or one that the resumed step finds.
                package = self._registry.create_package(request, create_missing_group=True)
                run.record({"RegisterModel": {"Arn": package["ModelPackageArn"]}})
        except ServiceError as error:
            raise StepFailedError(
                f"ClientError: Failed to invoke sagemaker:CreateModelPackage. Error Details: {error}"
            ) from error
        return StepEnd()

    def _check_allowed(self, run: StepRun, request: Shape) -> None:
        """Raises StepFailedError. A group that isn't there is made as the pipeline's role, too."""
        group = {"ModelPackageGroupName": request.get("ModelPackageGroupName")}
        if group["ModelPackageGroupName"] and not self._registry.has_group(str(group["ModelPackageGroupName"])):
            run.check_allowed("CreateModelPackageGroup", group)
        run.check_allowed("CreateModelPackage", request)

    def properties(self, metadata: Shape) -> Shape:
        return self._registry.describe_package({"ModelPackageName": metadata["RegisterModel"]["Arn"]})

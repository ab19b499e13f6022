"""Models: which container serves, with which artefact."""

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import JobFailedError, ValidationError
from pointsman.local.sagemaker.hosting import events
from pointsman.local.sagemaker.hosting.named import MODEL, Named
from pointsman.local.sagemaker.registry import Registry
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.shapes import Shape

_KEPT = (
    "ModelName", "PrimaryContainer", "Containers", "InferenceExecutionConfig", "ExecutionRoleArn", "VpcConfig",
    "EnableNetworkIsolation",
)  # fmt: skip


class Models:
    """In the form of DescribeModel; `container` is what serves, with what a package says in the package's place."""

    def __init__(self, account: Account, registry: Registry, transfers: Transfers) -> None:
        self._account = account
        self._registry = registry
        self._transfers = transfers
        self._named = Named(account, MODEL)

    def create(self, request: Shape) -> Shape:
        role = request.get("ExecutionRoleArn")
        container = {**self._resolved(_only_container(request), role), "ExecutionRoleArn": role}
        body = {
            **{name: request[name] for name in _KEPT if name in request},
            "CreationTime": times.now(),
            "EnableNetworkIsolation": request.get("EnableNetworkIsolation", False),
            "container": container,
        }
        with self._account.store.transaction():
            arn = self._named.add(body, request.get("Tags"))
            self._publish(request["ModelName"])
        return {"ModelArn": arn}

    def describe(self, request: Shape) -> Shape:
        return self.find(request["ModelName"])

    def list_page(self, request: Shape) -> Shape:
        return self._named.page(request)

    def delete(self, request: Shape) -> Shape:
        """Endpoints that serve it go on doing so: they have what they need since their creation."""
        with self._account.store.transaction():
            self.find(request["ModelName"])
            self._publish(request["ModelName"])
            self._named.remove(request["ModelName"])
        return {}

    def find(self, name: str) -> Shape:
        return self._named.find(name)

    def _publish(self, name: str) -> None:
        self._account.publish(events.model_changed(self.find(name), self._named.tags(name)))

    def _resolved(self, container: Shape, role: str | None) -> Shape:
        package_name = container.get("ModelPackageName")
        if package_name is not None:
            package = self._registry.describe_package({"ModelPackageName": package_name})
            return {**_of_package(package), "Environment": _environment(package, container)}
        url = container.get("ModelDataUrl")
        if url is not None and not self._exists(url, role):
            raise ValidationError(f"Could not find model data at {url}.")
        return container

    def _exists(self, uri: str, role: str | None) -> bool:
        try:
            return self._transfers.acting_as(role).exists(uri)
        except JobFailedError as error:
            raise ValidationError(f"Could not access model data at {uri}. {error}") from error


def _only_container(request: Shape) -> Shape:
    containers = [*([request["PrimaryContainer"]] if "PrimaryContainer" in request else []),
                  *request.get("Containers", [])]  # fmt: skip
    if not containers:
        raise ValidationError("One of PrimaryContainer and Containers must be specified.")
    if "PrimaryContainer" in request and "Containers" in request:
        raise ValidationError("Only one of PrimaryContainer and Containers can be specified.")
    if len(containers) > 1:
        raise ValidationError("Inference pipelines and multi-container models are not served by the local SageMaker.")
    container: Shape = containers[0]
    if container.get("Mode") == "MultiModel":
        raise ValidationError("Multi-model containers are not served by the local SageMaker.")
    direct = any(name in container for name in ("Image", "ModelDataUrl", "ModelDataSource"))
    if direct == ("ModelPackageName" in container):
        raise ValidationError(
            "Specify one of either Image and Model Data URL or ModelPackageName in container definition."
        )
    if direct and "Image" not in container:
        raise ValidationError("The container definition has no Image.")
    return container


def _of_package(package: Shape) -> Shape:
    """Its container. Raises ValidationError for one that must not be deployed."""
    arn = package["ModelPackageArn"]
    # A package without version has no approval status: nobody is asked.
    approval = package.get("ModelApprovalStatus", "Approved")
    if approval != "Approved":
        raise ValidationError(
            f"Cannot create a model from the model package {arn}: its approval status is {approval}, not Approved."
        )
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    if len(containers) != 1:
        raise ValidationError(f"The model package {arn} has {len(containers)} containers; one is served here.")
    return {
        name: value
        for name, value in containers[0].items()
        if name in {"Image", "ModelDataUrl", "ModelDataSource", "ContainerHostname"}
    }


def _environment(package: Shape, container: Shape) -> dict[str, str]:
    """The package's own, and over it what the model adds."""
    own = package["InferenceSpecification"]["Containers"][0].get("Environment", {})
    return {**own, **container.get("Environment", {})}

"""Endpoint configurations: which models, on what, with how much of the traffic."""

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.hosting import capture, events, variants
from pointsman.local.sagemaker.hosting.models import Models
from pointsman.local.sagemaker.hosting.named import ENDPOINT_CONFIG, Named
from pointsman.local.sagemaker.shapes import Shape

_KEPT = (
    "EndpointConfigName", "ProductionVariants", "DataCaptureConfig", "KmsKeyId", "ExecutionRoleArn", "VpcConfig",
    "EnableNetworkIsolation", "MetricsConfig",
)  # fmt: skip
_NOT_SERVED = {
    "AsyncInferenceConfig": "Asynchronous inference is",
    "ExplainerConfig": "Online explainability is",
    "ShadowProductionVariants": "Shadow variants are",
}
_NOT_SERVED_IN_VARIANT = {
    "ManagedInstanceScaling": "Managed instance scaling is",
    "InstancePools": "Instance pools are",
}


class EndpointConfigs:
    """In the form of DescribeEndpointConfig."""

    def __init__(self, account: Account, models: Models) -> None:
        self._account = account
        self._models = models
        self._named = Named(account, ENDPOINT_CONFIG)

    def create(self, request: Shape) -> Shape:
        _check_served(request)
        found = [_with_defaults(variant) for variant in request["ProductionVariants"]]
        _check_variants(found)
        if "DataCaptureConfig" in request:
            capture.check(request["DataCaptureConfig"], found)
        body = {
            **{name: request[name] for name in _KEPT if name in request},
            "ProductionVariants": found,
            "CreationTime": times.now(),
        }
        with self._account.store.transaction():
            for variant in found:
                self._models.find(variant["ModelName"])
            arn = self._named.add(body, request.get("Tags"))
            self._publish(request["EndpointConfigName"])
        return {"EndpointConfigArn": arn}

    def describe(self, request: Shape) -> Shape:
        return self.find(request["EndpointConfigName"])

    def list_page(self, request: Shape) -> Shape:
        return self._named.page(request)

    def delete(self, request: Shape) -> Shape:
        """Not refused for one in use, as SageMaker doesn't: its endpoints keep what they were deployed with."""
        with self._account.store.transaction():
            self.find(request["EndpointConfigName"])
            self._publish(request["EndpointConfigName"])
            self._named.remove(request["EndpointConfigName"])
        return {}

    def find(self, name: str) -> Shape:
        return self._named.find(name)

    def resolved(self, name: str) -> Shape:
        """The configuration with, in each variant, the container that its model names now."""
        config = self.find(name)
        found = [
            {**variant, "container": self._models.find(variant["ModelName"])["container"]}
            for variant in config["ProductionVariants"]
        ]
        return {**config, "ProductionVariants": found}

    def _publish(self, name: str) -> None:
        self._account.publish(events.endpoint_config_changed(self.find(name), self._named.tags(name)))


def _check_served(request: Shape) -> None:
    for member, words in _NOT_SERVED.items():
        if request.get(member):
            raise ValidationError(f"{words} not served by the local SageMaker.")


def _with_defaults(variant: Shape) -> Shape:
    return {"InitialVariantWeight": 1.0, **variant}


def _check_variants(found: list[Shape]) -> None:
    names = [variant["VariantName"] for variant in found]
    if len(set(names)) < len(names):
        raise ValidationError("Production variant names must be unique within an endpoint configuration.")
    for variant in found:
        _check_variant(variant)
    variants.check_weights({"ProductionVariants": found})


def _check_variant(variant: Shape) -> None:
    name = variant["VariantName"]
    for member, words in _NOT_SERVED_IN_VARIANT.items():
        if variant.get(member):
            raise ValidationError(f"Production variant {name}: {words} not served by the local SageMaker.")
    if "ModelName" not in variant:
        raise ValidationError(
            f"Production variant {name} has no ModelName; inference components are not served by the local SageMaker."
        )
    on_instances = "InstanceType" in variant and "InitialInstanceCount" in variant
    if on_instances == ("ServerlessConfig" in variant):
        raise ValidationError(
            f"Production variant {name} must have either InstanceType and InitialInstanceCount, or ServerlessConfig."
        )

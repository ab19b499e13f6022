"""A configuration's variants as DescribeEndpoint shows them."""

from collections.abc import Collection, Mapping
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape


def instances(config: Shape) -> int:
    """Of all variants; a serverless one counts as one."""
    return sum(variant.get("InitialInstanceCount", 1) for variant in config["ProductionVariants"])


def weights(config: Shape) -> dict[str, float]:
    return {variant["VariantName"]: variant["InitialVariantWeight"] for variant in config["ProductionVariants"]}


def check_weights(config: Shape) -> None:
    """Raises ValidationError where nobody would get any traffic."""
    if not any(weights(config).values()):
        raise ValidationError("At least one production variant must have a weight greater than 0.")


def changed(config: Shape, desired: Mapping[str, Shape]) -> Shape:
    """The configuration with the named variants' DesiredWeight and DesiredInstanceCount in place of its own."""
    return {**config, "ProductionVariants": [_changed(variant, desired) for variant in config["ProductionVariants"]]}


def retained(config: Shape, serving: list[Shape], excluded: Collection[str]) -> Shape:
    """The configuration with what its variants have now, but for the excluded of these properties."""
    kept = {"DesiredWeight", "DesiredInstanceCount"} - set(excluded)
    desired = {variant["VariantName"]: {name: variant[name] for name in kept if name in variant} for variant in serving}
    return changed(config, desired)


def _changed(variant: Shape, desired: Mapping[str, Shape]) -> Shape:
    wanted = desired.get(variant["VariantName"], {})
    changes = {
        "InitialVariantWeight": wanted.get("DesiredWeight"),
        "InitialInstanceCount": wanted.get("DesiredInstanceCount") if "InitialInstanceCount" in variant else None,
    }
    return {**variant, **{name: value for name, value in changes.items() if value is not None}}


def serving(config: Shape) -> list[Shape]:
    """When the configuration is deployed."""
    return [
        {
            "VariantName": variant["VariantName"],
            "DeployedImages": [_image(variant["container"]["Image"])],
            "CurrentWeight": variant["InitialVariantWeight"],
            "DesiredWeight": variant["InitialVariantWeight"],
            **_capacity(variant, current=True),
        }
        for variant in config["ProductionVariants"]
    ]


def pending(config: Shape, at: float) -> Shape:
    """A PendingDeploymentSummary at its beginning."""
    return {
        "EndpointConfigName": config["EndpointConfigName"],
        "StartTime": at,
        "ProductionVariants": [
            {
                "VariantName": variant["VariantName"],
                "CurrentWeight": 0.0,
                "DesiredWeight": variant["InitialVariantWeight"],
                "InstanceType": variant.get("InstanceType"),
                **_capacity(variant, current=False),
                "VariantStatus": [{"Status": "Creating", "StartTime": at}],
            }
            for variant in config["ProductionVariants"]
        ],
    }


def entered(summary: Shape, config: Shape, share: float, status: str, message: str) -> Shape:
    """The summary with its fleet ready, at this share of the traffic, in this status."""
    full = weights(config)
    phase = {"Status": status, "StatusMessage": message, "StartTime": times.now()}
    variants = [
        {
            **variant,
            "CurrentWeight": round(share * full[variant["VariantName"]], 6),
            **{name.replace("Desired", "Current"): variant[name] for name in _DESIRED_CAPACITY if name in variant},
            "VariantStatus": [phase],
        }
        for variant in summary["ProductionVariants"]
    ]
    return {**summary, "ProductionVariants": variants}


_DESIRED_CAPACITY = ("DesiredInstanceCount", "DesiredServerlessConfig")


def _capacity(variant: Shape, *, current: bool) -> dict[str, Any]:
    if "ServerlessConfig" in variant:
        desired: dict[str, Any] = {"DesiredServerlessConfig": variant["ServerlessConfig"]}
        return {**desired, "CurrentServerlessConfig": variant["ServerlessConfig"]} if current else desired
    count = variant["InitialInstanceCount"]
    return {"CurrentInstanceCount": count if current else 0, "DesiredInstanceCount": count}


def _image(image: str) -> Shape:
    return {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": times.now()}

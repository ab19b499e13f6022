"""Endpoints as monitors see them: where what they were asked and answered is captured."""

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.hosting.capture import is_enabled
from pointsman.local.sagemaker.hosting.named import ENDPOINT, Named
from pointsman.local.sagemaker.shapes import Shape


class MonitoredEndpoints:
    def __init__(self, account: Account) -> None:
        self._named = Named(account, ENDPOINT)

    def captured(self, name: str) -> list[str]:
        """The URIs that the endpoint's variants capture to, hours' folders below them.

        Raises ValidationError where there is no such endpoint, or it captures nothing.
        """
        endpoint = self._named.find(name)
        config = _configuration(endpoint)
        capture = config.get("DataCaptureConfig")
        if not is_enabled(capture):
            raise ValidationError(f'Data capture is not enabled on endpoint "{endpoint["EndpointArn"]}".')
        destination = capture["DestinationS3Uri"].rstrip("/")
        return [
            f"{destination}/{endpoint['EndpointName']}/{variant['VariantName']}"
            for variant in config["ProductionVariants"]
        ]


def _configuration(endpoint: Shape) -> Shape:
    config: Shape = (endpoint.get("active") or endpoint.get("pending") or {"config": {}})["config"]
    return config

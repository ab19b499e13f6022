"""Data capture: what of an endpoint's requests is kept, and in which form.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import itertools
import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeGuard

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.hosting.capture_files import CaptureFiles
from pointsman.local.sagemaker.hosting.traffic import spread
from pointsman.local.sagemaker.shapes import Shape

_INPUT_MODES, _OUTPUT_MODES = {"Input", "InputAndOutput"}, {"Output", "InputAndOutput"}


@dataclass(frozen=True)
class Payload:
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Exchange:
    """A request that was answered. `at`: when it came, in epoch seconds."""

    at: float
    sent: Payload
    answered: Payload
    custom_attributes: str | None = None
    inference_id: str | None = None


def check(config: Shape, variants: Collection[Shape]) -> None:
    """`config`: a DataCaptureConfig. Raises ValidationError."""
    if not is_enabled(config):
        return
    if any("ServerlessConfig" in variant for variant in variants):
        raise ValidationError("Data capture is not supported for serverless variants.")
    uri: str = config["DestinationS3Uri"]
    if not uri.removeprefix("s3://").strip("/") or not uri.startswith("s3://"):
        raise ValidationError(f"DataCaptureConfig: DestinationS3Uri must be s3://bucket/prefix, not '{uri}'.")


def is_enabled(config: Shape | None) -> TypeGuard[Shape]:
    return config is not None and config.get("EnableCapture", True)


def summary(config: Shape | None) -> Shape | None:
    """As DescribeEndpoint shows it."""
    if config is None:
        return None
    return {
        "EnableCapture": is_enabled(config),
        "CaptureStatus": "Started" if is_enabled(config) else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId"),
    }


def record(config: Shape, exchange: Exchange, event_id: str) -> Shape:
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    headers = config.get("CaptureContentTypeHeader", {})
    captured = {}
    if modes & _INPUT_MODES:
        captured["endpointInput"] = _side("INPUT", exchange.sent, headers)
    if modes & _OUTPUT_MODES:
        captured["endpointOutput"] = _side("OUTPUT", exchange.answered, headers)
    metadata: dict[str, Any] = {"eventId": event_id}
    if exchange.custom_attributes:
        metadata["customAttributes"] = [exchange.custom_attributes]
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    metadata["inferenceTime"] = times.to_iso(exchange.at)
    return {"captureData": captured, "eventMetadata": metadata, "eventVersion": "0"}


def _side(mode: str, payload: Payload, headers: Shape) -> Shape:
    data, encoding = _encoded(payload, headers)
    return {"observedContentType": payload.content_type, "mode": mode, "data": data, "encoding": encoding}


def _encoded(payload: Payload, headers: Shape) -> tuple[str, str]:
    """Text only for content types that the configuration lists, parameters such as a charset aside."""
    media_type = payload.content_type.partition(";")[0].strip().lower()
    for encoding, member in (("CSV", "CsvContentTypes"), ("JSON", "JsonContentTypes")):
        if media_type in {listed.lower() for listed in headers.get(member, ())}:
            try:
                return payload.body.decode(), encoding
            except UnicodeDecodeError:
                break
    return base64.b64encode(payload.body).decode(), "BASE64"


class Capture:
    """Of one variant's requests, the configured share, evenly spread over them."""

    def __init__(self, config: Shape, endpoint: str, variant: Shape, files: CaptureFiles) -> None:
        self._config = config
        self._folder = f"{config['DestinationS3Uri'].rstrip('/')}/{endpoint}/{variant['VariantName']}"
        self._role = variant["container"].get("ExecutionRoleArn")
        self._files = files
        self._numbers = itertools.count()

    def take(self, exchange: Exchange) -> None:
        """Returns at once: the record goes to S3 with others, later."""
        if spread(next(self._numbers)) * 100 < self._config["InitialSamplingPercentage"]:
            line = json.dumps(record(self._config, exchange, str(uuid.uuid4())), separators=(",", ":"))
            kms_key = self._config.get("KmsKeyId")
            self._files.add(self._folder, exchange.at, line.encode(), kms_key=kms_key, role=self._role)

    def flush(self) -> None:
        """What was taken goes to S3 now."""
        self._files.flush(self._folder)

"""Data capture, as it arrives in S3."""

import json
import re
from typing import Any

from tests.contract.sagemaker.hosted import Hosted, refused
from tests.local.instances import eventually

HEADERS = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}


def capture(hosted: Hosted, *modes: str, **changes: Any) -> dict[str, Any]:
    return {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{hosted.bucket}/{hosted.prefix}captured",
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
        "CaptureContentTypeHeader": HEADERS,
        **changes,
    }


def captured(hosted: Hosted, endpoint: str) -> dict[str, list[dict[str, Any]]]:
    """The records of an endpoint by their files' keys below it, once there are any."""
    prefix = f"{hosted.prefix}captured/{endpoint}/"

    def look() -> list[str]:
        found = hosted.s3.list_objects_v2(Bucket=hosted.bucket, Prefix=prefix)
        return [item["Key"] for item in found.get("Contents", ())]

    files = {}
    for key in eventually(look, within=hosted.within):
        body = hosted.s3.get_object(Bucket=hosted.bucket, Key=key)["Body"].read().decode()
        files[key.removeprefix(prefix)] = [json.loads(line) for line in body.splitlines()]
    return files


def test_answered_requests_are_captured_until_an_update_ends_it(hosted_there: Hosted) -> None:
    hosted, model = hosted_there, hosted_there.model("one")
    wanted = capture(hosted, "Input", "Output")
    config = hosted.config(model, DataCaptureConfig=wanted)
    assert hosted.sagemaker.describe_endpoint_config(EndpointConfigName=config)["DataCaptureConfig"] == wanted
    endpoint = hosted.endpoint(config)
    summary = {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": wanted["DestinationS3Uri"],
    }
    assert hosted.sagemaker.describe_endpoint(EndpointName=endpoint)["DataCaptureConfig"] == summary

    hosted.ask(endpoint, {"n": 1}, ContentType="text/csv; header=absent", CustomAttributes="trace=1", InferenceId="i-1")
    hosted.ask(endpoint, {"n": 2}, ContentType="application/x-other")
    refused(hosted.served.runtime.invoke_endpoint, EndpointName=endpoint, Body=b'{"fail": "no"}')
    stopped = hosted.config(model, DataCaptureConfig=capture(hosted, "Input", EnableCapture=False))
    hosted.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=stopped,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DataCaptureConfig"}],
    )
    settled = hosted.settled(endpoint)
    assert settled["DataCaptureConfig"] == summary | {"EnableCapture": False, "CaptureStatus": "Stopped"}
    hosted.ask(endpoint, {"n": 3})

    ((key, (first, second)),) = captured(hosted, endpoint).items()
    assert re.fullmatch(r"AllTraffic/\d{4}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl", key)
    assert first["eventVersion"] == "0"
    metadata = first["eventMetadata"]
    assert (metadata["customAttributes"], metadata["inferenceId"]) == (["trace=1"], "i-1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metadata["inferenceTime"])
    assert metadata["eventId"] != second["eventMetadata"]["eventId"]
    sent, answered = first["captureData"]["endpointInput"], first["captureData"]["endpointOutput"]
    assert sent == {
        "observedContentType": "text/csv; header=absent", "mode": "INPUT", "data": '{"n": 1}', "encoding": "CSV",
    }  # fmt: skip
    assert (answered["mode"], answered["encoding"], json.loads(answered["data"])["model"]) == ("OUTPUT", "JSON", "one")
    assert second["captureData"]["endpointInput"]["encoding"] == "BASE64"


def test_a_stop_writes_what_was_captured(hosted: Hosted) -> None:
    endpoint = hosted.endpoint(hosted.config(hosted.model("one"), DataCaptureConfig=capture(hosted, "InputAndOutput")))
    for _ in range(3):
        hosted.ask(endpoint)
    hosted.served.service.stop()  # type: ignore[attr-defined]  # this one's, no account's
    (records,) = captured(hosted, endpoint).values()
    assert len(records) == 3


def test_what_the_runtime_does_not_serve_says_so(hosted: Hosted) -> None:
    stream = hosted.served.runtime.invoke_endpoint_with_response_stream
    code, message, _ = refused(stream, EndpointName="any", Body=b"")
    assert (code, "InvokeEndpointWithResponseStream is not served" in message) == ("UnknownOperationException", True)

"""The processes behind endpoints: what is asked of them, and what becomes of them when they or we die."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.errors import DeploymentFailedError
from pointsman.local.sagemaker.hosting.model_server import ModelServer, Site
from pointsman.local.sagemaker.job_logs import LogShipper
from pointsman.local.sagemaker.s3_transfer import Transfers
from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.hosted import SCRIPT, Hosted, refused
from tests.contract.sagemaker.killable import Killable
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_restarts import alive
from tests.local.instances import Instance, eventually, unique


@pytest.fixture
def killable(aws: Instance, tmp_path: Path) -> Iterator[Killable]:
    killable = Killable(tmp_path / "killable", aws.endpoint_url)
    killable.start()
    yield killable
    killable.kill()


def test_an_error_of_the_model_is_a_model_error(hosted: Hosted) -> None:
    endpoint = hosted.endpoint(hosted.config(hosted.model("one")))
    with pytest.raises(hosted.served.runtime.exceptions.ModelError) as caught:
        hosted.ask(endpoint, {"fail": "no such customer"})
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert (answer["OriginalStatusCode"], answer["OriginalMessage"]) == (500, "no such customer")
    assert answer["LogStreamArn"].endswith(f"log-group:/aws/sagemaker/Endpoints/{endpoint}")
    assert hosted.asked(endpoint) == "one"


def test_a_container_that_dies_is_started_again(hosted: Hosted) -> None:
    endpoint = hosted.endpoint(hosted.config(hosted.model("one")))
    first = hosted.ask(endpoint)["pid"]
    with pytest.raises(hosted.served.runtime.exceptions.ModelError, match="gave no answer"):
        hosted.ask(endpoint, {"die": True})

    def again() -> int:
        try:
            return int(hosted.ask(endpoint)["pid"])
        except hosted.served.runtime.exceptions.ModelError:
            return 0

    assert eventually(again) != first
    assert hosted.settled(endpoint)["EndpointStatus"] == "InService"


def test_what_its_requirements_lack_stands_in_the_containers_log(hosted: Hosted, aws: Instance) -> None:
    files = {"code/inference.py": SCRIPT, "code/requirements.txt": "no-such-thing==1"}
    model = hosted.model("one", ModelDataUrl=hosted.put_archive("model.tar.gz", files))
    endpoint = unique("Endpoint")
    hosted.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=hosted.config(model))
    assert hosted.settled(endpoint)["EndpointStatus"] == "Failed"
    logs = aws.client("logs")

    def logged() -> str:
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/sagemaker/Endpoints/{endpoint}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return ""
        return "".join(event["message"] for event in events)

    assert "what this environment lacks: no-such-thing==1 (not here)." in eventually(logged)


def test_script_and_code_may_lie_beside_the_model(hosted: Hosted) -> None:
    environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": hosted.archive("unused")}
    hosted_code = environment | {"SAGEMAKER_SUBMIT_DIRECTORY": hosted.sources(SCRIPT)}
    model = hosted.model("apart", "raise RuntimeError('not this one')", Environment=hosted_code)
    assert hosted.asked(hosted.endpoint(hosted.config(model))) == "apart"


def test_an_image_that_nobody_knows_how_to_serve_says_so_in_its_log(hosted: Hosted, served: Served) -> None:
    hosted.s3.put_object(Bucket=hosted.bucket, Key="plain.tar.gz", Body=hosted.packed({"model": "x"}))
    container = {"Image": "example.com/own:1", "ModelDataUrl": f"s3://{hosted.bucket}/plain.tar.gz"}
    hosted.sagemaker.create_model(ModelName="own", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    name = unique("endpoint")
    hosted.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=hosted.config("own"))
    settled = hosted.settled(name)
    assert settled["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in settled["FailureReason"]
    (log,) = (served.directory / "endpoints" / name).rglob("*.log")
    assert "What the image example.com/own:1 runs for `serve` is not known here." in log.read_text()


def test_a_model_that_is_gone_by_then_fails_the_endpoint(hosted: Hosted) -> None:
    url = hosted.archive("gone")
    hosted.sagemaker.create_model(
        ModelName="gone", PrimaryContainer={"Image": IMAGE, "ModelDataUrl": url}, ExecutionRoleArn=ROLE
    )
    hosted.s3.delete_object(Bucket=hosted.bucket, Key=url.removeprefix(f"s3://{hosted.bucket}/"))
    name = unique("endpoint")
    hosted.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=hosted.config("gone"))
    reason = hosted.settled(name)["FailureReason"]
    assert reason.startswith(f'Failed to download model data for container "primary" from URL: "{url}".')


def test_who_does_not_answer_ping_in_time_is_given_up(aws: Instance, s3: Any, bucket: str, tmp_path: Path) -> None:
    hosted = Hosted(Killable(tmp_path, ""), s3, bucket)
    surroundings = Surroundings(aws.endpoint_url, "us-east-1")
    site = Site(tmp_path / "models", Transfers(surroundings), LogShipper(surroundings), surroundings)
    url = hosted.archive("slow", "import time; time.sleep(600)")
    variant = {
        "VariantName": "AllTraffic",
        "InitialVariantWeight": 1,
        "ContainerStartupHealthCheckTimeoutInSeconds": 0.5,
        "container": {"Image": IMAGE, "ModelDataUrl": url},
    }
    server = ModelServer(site, "endpoint", "fleet", variant)
    with pytest.raises(DeploymentFailedError, match="AllTraffic did not pass the ping health check"):
        server.start(threading.Event())
    server.end()


def test_after_a_kill_endpoints_serve_again_and_nothing_else_does(killable: Killable, s3: Any, bucket: str) -> None:
    hosted = Hosted(killable, s3, bucket)
    config = hosted.config(hosted.model("one"))
    endpoint = hosted.endpoint(config)
    first = hosted.ask(endpoint)["pid"]
    failed = unique("failed")
    hosted.sagemaker.create_endpoint(EndpointName=failed, EndpointConfigName=hosted.config(hosted.model("b", "1/0")))
    hosted.settled(failed)
    # What a running instance has, a deletion doesn't take from it.
    for item in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=item["Key"])
    hosted.sagemaker.delete_endpoint_config(EndpointConfigName=config)

    killable.kill()
    eventually(lambda: not alive(first))
    killable.start()

    answer = hosted.ask(endpoint)
    assert (answer["model"], answer["pid"] != first) == ("one", True)
    assert hosted.settled(endpoint)["EndpointStatus"] == "InService"
    assert hosted.settled(failed)["EndpointStatus"] == "Failed"
    statuses = [detail["EndpointStatus"] for detail in killable.details("Endpoint State")]
    assert statuses == ["CREATING", "IN_SERVICE", "CREATING", "FAILED"]
    assert refused(killable.runtime.invoke_endpoint, EndpointName=failed, Body=b"")[0] == "ValidationError"


def test_a_creation_and_a_deletion_survive_a_stop(hosted: Hosted, served: Served) -> None:
    created, deleted = unique("created"), hosted.endpoint(hosted.config(hosted.model("one")))
    hosted.sagemaker.create_endpoint(EndpointName=created, EndpointConfigName=hosted.config(hosted.model("two")))
    hosted.sagemaker.delete_endpoint(EndpointName=deleted)
    served.service.stop()
    served.service.start()
    assert hosted.settled(created)["EndpointStatus"] == "InService"
    assert hosted.asked(created) == "two"
    listed = eventually(lambda: found if len(found := hosted.sagemaker.list_endpoints()["Endpoints"]) == 1 else None)
    assert listed
    assert listed[0]["EndpointName"] == created

"""Endpoints as tests make them: models that say who they are, served by scripts that load in no time."""

import io
import json
import tarfile
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError

from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.serving import ROLE
from tests.local.instances import DEADLINE_SECONDS, eventually, unique

# Answers with its model's name and what it was asked with.
SCRIPT = """
    import json, os, pathlib, signal, time

    def model_fn(folder):
        return pathlib.Path(folder, "name").read_text()

    def input_fn(body, content_type):
        asked = json.loads(body or "{}")
        time.sleep(asked.get("sleep", 0))
        if asked.get("die"):
            os.kill(os.getpid(), signal.SIGKILL)
        if asked.get("fail"):
            raise ValueError(asked["fail"])
        return {"asked": asked, "content_type": content_type}

    def predict_fn(data, name):
        return {"model": name, "pid": os.getpid(), **data}

    def output_fn(prediction, accept):
        return json.dumps({**prediction, "accept": accept}), "application/json"
"""
BROKEN = "raise RuntimeError('this model is broken')"
IN_PROGRESS = {"Creating", "Updating", "Deleting", "RollingBack", "SystemUpdating"}


class Clients(Protocol):
    """boto3's, of `sagemaker` and of `sagemaker-runtime`."""

    @property
    def boto3(self) -> Any: ...

    @property
    def runtime(self) -> Any: ...


@dataclass(frozen=True)
class Hosted:
    """`prefix`: of the keys in the bucket. Waits at most `within` seconds for an endpoint."""

    served: Clients
    s3: Any
    bucket: str
    prefix: str = ""
    role: str = ROLE
    image: str = IMAGE
    within: float = DEADLINE_SECONDS
    made: dict[str, list[str]] = field(default_factory=lambda: {"Endpoint": [], "EndpointConfig": [], "Model": []})

    @property
    def sagemaker(self) -> Any:
        return self.served.boto3

    def archive(self, name: str, script: str = SCRIPT) -> str:
        """The URI of a model's archive, with its script in code/."""
        packed = self.packed({"name": name, "code/inference.py": textwrap.dedent(script)})
        return self._put(f"models/{unique(name)}/model.tar.gz", packed)

    def sources(self, script: str) -> str:
        """The URI of an archive of nothing but a script."""
        packed = self.packed({"inference.py": textwrap.dedent(script)})
        return self._put(f"code/{unique('code')}/sourcedir.tar.gz", packed)

    def put_archive(self, name: str, files: Mapping[str, str]) -> str:
        """The URI of a tar.gz under this name."""
        return self._put(f"archives/{unique('archive')}/{name}", self.packed(files))

    def unpacked(self, uri: str) -> dict[str, str]:
        """The files of a tar.gz by name."""
        body = self.s3.get_object(Bucket=self.bucket, Key=uri.removeprefix(f"s3://{self.bucket}/"))["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            members = {member.name: tar.extractfile(member) for member in tar.getmembers() if member.isfile()}
            return {name: file.read().decode() for name, file in members.items() if file is not None}

    def packed(self, files: Mapping[str, str]) -> bytes:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for path, text in files.items():
                member = tarfile.TarInfo(path)
                member.size = len(text.encode())
                tar.addfile(member, io.BytesIO(text.encode()))
        return packed.getvalue()

    def _put(self, key: str, body: bytes) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=self.prefix + key, Body=body)
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def model(self, name: str, script: str = SCRIPT, **container: Any) -> str:
        # AWS's images ask for it, though it names what they would look for.
        environment = {"Environment": {"SAGEMAKER_PROGRAM": "inference.py"}}
        container = {"Image": self.image, "ModelDataUrl": self.archive(name, script), **environment, **container}
        model = unique(name)
        self.sagemaker.create_model(ModelName=model, PrimaryContainer=container, ExecutionRoleArn=self.role)
        self.made["Model"].append(model)
        return model

    def config(
        self,
        *models: str,
        weights: Sequence[float] = (),
        variant: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> str:
        """A configuration of one variant per model: AllTraffic, or V0, V1, … where there are more."""
        name = unique("config")
        variants = [
            {
                "VariantName": f"V{number}" if len(models) > 1 else "AllTraffic",
                "ModelName": model,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 2,
                **({"InitialVariantWeight": weights[number]} if weights else {}),
                **(variant or {}),
            }
            for number, model in enumerate(models)
        ]
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, **arguments)
        self.made["EndpointConfig"].append(name)
        return name

    def endpoint(self, config: str, **arguments: Any) -> str:
        """One in service."""
        name = unique("Endpoint")
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config, **arguments)
        self.made["Endpoint"].append(name)
        assert self.settled(name)["EndpointStatus"] == "InService"
        return name

    def update(self, endpoint: str, config: str, **deployment: Any) -> None:
        given = {"DeploymentConfig": deployment} if deployment else {}
        self.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, **given)

    def settled(self, endpoint: str) -> dict[str, Any]:
        """DescribeEndpoint's answer once nothing is in progress."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            return None if found["EndpointStatus"] in IN_PROGRESS else found

        return eventually(look, within=self.within) or {}

    def ask(self, endpoint: str, /, body: Mapping[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
        answer = self.served.runtime.invoke_endpoint(
            EndpointName=endpoint, Body=json.dumps(body or {}).encode(), **arguments
        )
        content: dict[str, Any] = json.loads(answer["Body"].read())
        return content

    def asked(self, endpoint: str) -> str:
        """Which model answers."""
        return str(self.ask(endpoint)["model"])

    def clean(self) -> None:
        """What was made and isn't gone is deleted, endpoints first."""
        for endpoint in self.made["Endpoint"]:
            with suppress(ClientError):
                self.settled(endpoint)
                self.sagemaker.delete_endpoint(EndpointName=endpoint)
        for config in self.made["EndpointConfig"]:
            self.sagemaker.delete_endpoint_config(EndpointConfigName=config)
        for model in self.made["Model"]:
            self.sagemaker.delete_model(ModelName=model)


def blue_green(kind: str, *, wait: int = 0, termination: int = 0, **sizes: int) -> dict[str, Any]:
    """A BlueGreenUpdatePolicy; sizes in percent."""
    routing = {name: {"Type": "CAPACITY_PERCENT", "Value": value} for name, value in sizes.items()}
    return {
        "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **routing},
        "TerminationWaitInSeconds": termination,
    }


def refused(call: Any, **arguments: Any) -> tuple[str, str, int]:
    """Code, message and HTTP status of the error that the call answers with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"]

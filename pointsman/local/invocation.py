"""A built room in a container, as Lambda runs it, in front of the embedded AWS: by `sam local invoke`."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from pointsman.checkout import project_root
from pointsman.delivery import payload
from pointsman.environment import Environment
from pointsman.errors import BadRequest, RoomFailed, ToolFailed, ToolMissing
from pointsman.functions import function_name
from pointsman.local import deployment
from pointsman.local.relay import relayed
from pointsman.places import at_home
from pointsman.rules import room_functions

_IMAGE = "public.ecr.aws/lambda/python:3.13"


@dataclass(frozen=True)
class Room:
    """A deployed function, and where its build lies."""

    function: str
    configuration: Mapping[str, Any]
    build: Path

    @classmethod
    def named(cls, environment: Environment, room: str) -> "Room":
        """Raises BadRequest, NotDeployed."""
        rooms = room_functions()
        if room not in rooms:
            raise BadRequest(f"no room {room!r}; there are {', '.join(rooms)}")
        function = rooms[room]
        build = deployment.built(function)
        name = function_name(environment, function)
        found = environment.client("lambda").get_function_configuration(FunctionName=name)
        return cls(function, found, build)

    def template(self, endpoint_url: str) -> dict[str, Any]:
        """The function as it is deployed, and where its AWS is: SAM hands a container declared variables alone."""
        told = self.configuration
        variables = dict(told["Environment"]["Variables"]) | {"AWS_ENDPOINT_URL": endpoint_url}
        properties = {
            "CodeUri": str(self.build),
            "Handler": told["Handler"],
            "Runtime": told["Runtime"],
            "Architectures": told["Architectures"],
            "MemorySize": told["MemorySize"],
            "Timeout": told["Timeout"],
            "Environment": {"Variables": variables},
        }
        function = {"Type": "AWS::Serverless::Function", "Properties": properties}
        return {"Transform": "AWS::Serverless-2016-10-31", "Resources": {self.function: function}}


def invoke(environment: Environment, room: str, event: Mapping[str, Any]) -> Any:
    """What the room answers. Its log goes to standard error.

    Raises BadRequest, NotDeployed, ToolMissing, ToolFailed; RoomFailed where the room raised.
    """
    gateway = _bridge()
    found = Room.named(environment, room)
    port = urlsplit(str(environment.endpoint_url)).port or 80
    (folder := project_root() / ".aws-sam" / "invoke").mkdir(parents=True, exist_ok=True)
    template = folder / f"{room}-{port}.yaml"
    template.write_text(yaml.safe_dump(found.template(f"http://{gateway}:{port}")))
    command = [
        *("local", "invoke", found.function, "--template", str(template), "--event", "-"),
        *(("--skip-pull-image",) if image_is_here() else ()),
    ]
    with relayed(gateway, port):
        answered = deployment.run_sam(
            *command,
            credentials=_credentials(environment, found),
            text=json.dumps(payload(room, at_home(event, environment))),
        )
    return _answer(room, answered)


def _answer(room: str, answered: str) -> Any:
    line = answered.strip().rpartition("\n")[2]
    try:
        answer = json.loads(line)
    except json.JSONDecodeError:
        raise ToolFailed(f"`sam local invoke` answered {answered.strip()!r}; what it did is told above") from None
    if isinstance(answer, dict) and "errorMessage" in answer:
        raise RoomFailed(f"{room} raised {answer.get('errorType')}: {answer['errorMessage']}")
    return answer


def _credentials(environment: Environment, room: Room) -> dict[str, str]:
    """Those of the room's own role, so that what it may not do fails here, too."""
    answer = environment.client("sts").assume_role(
        RoleArn=room.configuration["Role"], RoleSessionName=str(room.configuration["FunctionName"])[:64]
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
        "AWS_DEFAULT_REGION": environment.region,
    }


def _bridge() -> str:
    """The machine's address on Docker's default network: unless somebody chose, the first one. Raises ToolMissing."""
    told = docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    if not told:
        raise ToolMissing("Docker doesn't answer, and rooms run in its containers; install it, or start it")
    network = next(each for each in json.loads(told) if "." in each["Subnet"])  # IPv4
    return str(network.get("Gateway") or next(ip_network(network["Subnet"]).hosts()))


def image_is_here() -> bool:
    """Else SAM pulls it."""
    return bool(docker("image", "ls", "--quiet", "--filter", f"reference={_IMAGE}*"))


def docker(*arguments: str) -> str:
    """What it prints; nothing where it isn't there, or fails."""
    if not shutil.which("docker"):
        return ""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""

"""Where events are of: account, region and buckets, so that those of one place can be those of another."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from pointsman.environment import Environment


@dataclass(frozen=True)
class Place:
    """What events name of an environment."""

    artifact_bucket: str
    data_bucket: str
    account: str
    region: str

    @classmethod
    def of(cls, environment: Environment) -> "Place":
        """Raises NotDeployed."""
        _, _, _, _, account, _ = environment.output("JobRoleArn").split(":", 5)
        outputs = environment.outputs
        return cls(outputs["ArtifactBucket"], outputs["DataBucket"], account, environment.region)


# AWS's documentation's, and so the samples'. The longer of its buckets' names is first: it begins like the other.
SAMPLES = Place("amzn-s3-demo-bucket1", "amzn-s3-demo-bucket", "111122223333", "us-east-1")


def moved(event: Mapping[str, Any], origin: Place, to: Place) -> Mapping[str, Any]:
    """An event of `origin` as it would come in the other place. What is of neither stays as it is."""
    if event.get("account") != origin.account or origin == to:
        return event
    text = json.dumps(event)
    for was, becomes in zip(astuple(origin), astuple(to), strict=True):
        text = text.replace(was, becomes)
    placed: dict[str, Any] = json.loads(text)
    return placed


def at_home(event: Mapping[str, Any], environment: Environment) -> Mapping[str, Any]:
    """A sample as the environment's own event. Raises NotDeployed."""
    return moved(event, SAMPLES, Place.of(environment))

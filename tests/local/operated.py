"""A model that serves, without a training: its versions are registered in no time, and each answers with its number."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

from control_plane.records import Decision, Deployment, Model
from pointsman import observe, operate
from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.hosted import SCRIPT, Hosted
from tests.local.instances import eventually, unique
from tests.local.stack import LAP_SECONDS, Stack
from tests.local.test_endpoints import Caller

# Starts and answers /ping, and fails whatever it is asked.
FAILING = SCRIPT.replace('return {"model": name', 'raise RuntimeError("no answer")\n        return {"model": name')
CALLERS = 4


@dataclass(frozen=True)
class Operated:
    """A model of its own on a shared stack, with an endpoint named after it."""

    stack: Stack
    model: str

    @classmethod
    def applied(cls, stack: Stack, model: str, **rollout: Any) -> "Operated":
        stack.apply(model, deployment={"endpoint": f"{model}-prod", "instances": {"count": 2}, "rollout": rollout})
        return cls(stack, model)

    @property
    def endpoint(self) -> str:
        return f"{self.model}-prod"

    @property
    def sagemaker(self) -> Any:
        return self.stack.environment.sagemaker

    @property
    def hosted(self) -> Hosted:
        """Makes things by hand. Archives lie where endpoints may read them."""
        environment = self.stack.environment
        caller = Caller(self.stack.instance)
        return Hosted(caller, environment.s3, environment.output("ArtifactBucket"), prefix="tests/")

    def registered(self, script: str = SCRIPT) -> str:
        """The ARN of the next version, which waits for approval."""
        number = len(self.stack.packages(self.model)) + 1
        container = {
            "Image": IMAGE,
            "ModelDataUrl": self.hosted.archive(str(number), script),
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        }
        made = self.sagemaker.create_model_package(
            ModelPackageGroupName=self.model,
            InferenceSpecification={
                "Containers": [container],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            ModelApprovalStatus="PendingManualApproval",
        )
        return str(made["ModelPackageArn"])

    def by_hand(self, version: str) -> str:
        """A configuration of this version that nobody else would make so; its name."""
        iam = self.stack.environment.client("iam")
        role = iam.get_role(RoleName=self.stack.role("EndpointRole"))["Role"]["Arn"]
        model = unique("theirs")
        self.sagemaker.create_model(
            ModelName=model, ExecutionRoleArn=role, PrimaryContainer={"ModelPackageName": version}
        )
        return self.hosted.config(model, variant={"VariantName": "theirs", "InitialInstanceCount": 1})

    def settled(self) -> dict[str, Any]:
        """DescribeEndpoint's answer once it is in service."""

        def look() -> dict[str, Any] | None:
            found = self.described()
            return found if found["EndpointStatus"] == "InService" else None

        return eventually(look) or {}

    def approve(self, arn: str) -> None:
        operate.judge(self.stack.environment, arn, "Approved", "seen by a person")

    def take_back_approval(self, arn: str) -> None:
        """As people do who want to approve an older version anew."""
        self.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="PendingManualApproval")

    def crown(self, arn: str) -> None:
        """Approve a version and wait until it is in use."""
        self.approve(arn)
        eventually(lambda: self.champion == arn, within=LAP_SECONDS)

    def crowned(self) -> str:
        self.crown(arn := self.registered())
        return arn

    @property
    def known(self) -> Model:
        return self.stack.environment.ledger.model(self.model)

    @property
    def champion(self) -> str | None:
        return self.stack.champion(self.model)

    def decisions(self) -> list[Decision]:
        """Newest first."""
        return list(observe.decisions(self.stack.environment, self.model))

    def outcomes(self) -> list[str]:
        return [decision.outcome for decision in self.decisions()]

    def awaiting_approval(self, script: str = SCRIPT) -> str:
        """As `registered`, once its room has heard of it: what it hears late counts as the approval (docs/proof.md)."""
        arn = self.registered(script)
        eventually(lambda: [item for item in self.decisions() if item.event.startswith(f"{arn} ")], within=LAP_SECONDS)
        return arn

    def came_of_approving(self, arn: str) -> set[str]:
        """Wait for a decision on it. A tick may have told of it before SageMaker's event did."""

        def look() -> set[str]:
            found = {item.outcome for item in self.decisions() if item.event.startswith(f"{arn} ")}
            return {str(outcome) for outcome in found} - {"SKIPPED_NOT_APPROVAL"}

        return eventually(look, within=LAP_SECONDS)

    def deployments(self) -> list[Deployment]:
        """Oldest first."""
        return list(observe.deployments(self.stack.environment, self.model))[::-1]

    def outcome(self, wanted: str) -> Decision:
        """Wait for a decision of this outcome."""
        return eventually(lambda: [item for item in self.decisions() if item.outcome == wanted], within=LAP_SECONDS)[0]

    def answers(self) -> str:
        """The number of the version that answers."""
        return str(self.hosted.asked(self.endpoint))

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=self.endpoint)
        return {name: value for name, value in found.items() if name != "ResponseMetadata"}


def number_of(arn: str | None) -> str:
    return str(arn).rpartition("/")[2]


class Traffic:
    """Requests that go on and on. What came back is counted: a version's number, or the error. Nobody retries."""

    def __init__(self, operated: Operated) -> None:
        self.answers: Counter[str] = Counter()
        self._endpoint = operated.endpoint
        self._client = operated.stack.instance.client("sagemaker-runtime")
        self._over = Event()

    @property
    def count(self) -> int:
        return self.answers.total()

    def _ask(self) -> Counter[str]:
        """One caller's."""
        while not self._over.is_set():
            self.answers[self._answer()] += 1
        return self.answers

    def _answer(self) -> str:
        try:
            answer = self._client.invoke_endpoint(EndpointName=self._endpoint, Body=b"{}")
            return str(json.loads(answer["Body"].read())["model"])
        except Exception as error:  # noqa: BLE001  whatever a caller gets is counted
            return repr(error)


@contextmanager
def traffic(operated: Operated) -> Iterator[Traffic]:
    going = Traffic(operated)
    with ThreadPoolExecutor(CALLERS) as callers:
        asking = [callers.submit(going._ask) for _ in range(CALLERS)]
        try:
            yield going
        finally:
            going._over.set()
            for caller in asking:
                caller.result()

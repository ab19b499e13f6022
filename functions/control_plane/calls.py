"""What a begun decision asks of SageMaker. Every call may be repeated: a token or a name makes it the same one."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from control_plane.endpoints import Endpoint, Endpoints
from control_plane.errors import AlarmsMissing, CallRefused, EndpointBusy, NotApproved, UnknownPackage
from control_plane.ports import Pipelines
from control_plane.records import Decision, Deployment, DeployRequest, Run, StartRequest
from control_plane.registry import Registry

_DISPLAY_NAME_LIMIT = 82


@dataclass(frozen=True, slots=True)
class Calls:
    """Raises what CallError stands for."""

    pipelines: Pipelines
    endpoints: Endpoints
    registry: Registry
    now: Callable[[], datetime]
    patience: timedelta

    def make(self, decision: Decision) -> Run | Deployment:
        match decision.asked:
            case StartRequest() as request:
                return self._start(decision, request)
            case DeployRequest() as request:
                return self._deploy(decision, request)

    def _start(self, decision: Decision, request: StartRequest) -> Run:
        arn = self.pipelines.start(
            request,
            token=token(decision.id),
            display_name=display_name(decision.id),
            description=decision.because,
        )
        return Run(
            arn=arn,
            model=request.model,
            purpose=request.purpose,
            decision=decision.id,
            fingerprint=request.fingerprint,
            started_at=self.now(),
            look_at=self.now() + self.patience,
            correlation_id=decision.correlation_id,
        )

    def _deploy(self, decision: Decision, request: DeployRequest) -> Deployment:
        """Whether it is still approved matters only until SageMaker is asked: from then on the slot must see it end."""
        deployment = Deployment(
            id=decision.id,
            request=request,
            started_at=self.now(),
            look_at=self.now() + self.patience,
            correlation_id=decision.root,
        )
        endpoint = self.endpoints.describe(request.endpoint)
        if endpoint and endpoint.heads_for(request.config):
            return deployment
        if endpoint:
            _must_take_updates(endpoint)
        self._must_be_guarded(request)
        self._must_be_servable(request)
        try:
            ask = self.endpoints.update if endpoint else self.endpoints.create
            ask(request)
        except EndpointBusy:  # perhaps with this very request: another delivery of the same event was faster
            found = self.endpoints.describe(request.endpoint)
            if found is None or not found.heads_for(request.config):
                raise
        return deployment

    def _must_be_guarded(self, request: DeployRequest) -> None:
        """Without its alarms an update would go through whatever it broke. A rollback is for what is broken already."""
        if request.is_rollback:
            return
        if missing := self.endpoints.missing_alarms(request.serving.alarm_names):
            raise AlarmsMissing(f"no alarm {', '.join(missing)}; `pointsman apply` makes those that it names")

    def _must_be_servable(self, request: DeployRequest) -> None:
        """That its artefact is there, SageMaker sees to when it makes the model of it."""
        try:
            package = self.registry.describe(request.package)
        except UnknownPackage as error:
            raise NotApproved(str(error)) from error
        if package.approval_status != "Approved":
            raise NotApproved(f"{request.package} is {package.approval_status} now")
        if package.status != "Completed":
            raise CallRefused(f"{request.package} is {package.status}")
        wanted = request.serving.instances.type
        if not request.serving.serverless and package.instance_types and wanted not in package.instance_types:
            offered = ", ".join(package.instance_types)
            raise CallRefused(f"{request.package} isn't made for {wanted}; it is for {offered}")


def _must_take_updates(endpoint: Endpoint) -> None:
    if not endpoint.has_settled:
        raise EndpointBusy(f"endpoint {endpoint.name} is {endpoint.status}")
    if endpoint.status == "Failed":  # SageMaker takes nothing but DeleteEndpoint from here
        why = f": {endpoint.failure}" if endpoint.failure else ""
        raise CallRefused(f"endpoint {endpoint.name} is Failed{why}; delete it, then ask for the deployment again")


def token(decision_id: str) -> str:
    """The `ClientRequestToken` of a decision: 64 characters, within SageMaker's 32 to 128."""
    return hashlib.sha256(decision_id.encode()).hexdigest()


def display_name(decision_id: str) -> str:
    """The decision's id as SageMaker shows it; the end is kept, where the time is."""
    return decision_id[-_DISPLAY_NAME_LIMIT:].lstrip("-")

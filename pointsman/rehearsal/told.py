"""What a state's file tells, behind the ports: the adapters' own writes, and reads from the file."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from control_plane.adapters.s3 import S3Objects
from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.adapters.sagemaker_endpoints import SageMakerEndpoints
from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.costs import JobUse
from control_plane.endpoints import Endpoint, Variant
from control_plane.errors import UnknownPackage
from control_plane.ledger import Ledger
from control_plane.manifests import DataObject
from control_plane.monitors import MonitorRun
from control_plane.ports import GONE, Execution
from control_plane.registry import ApprovalStatus, Package
from control_plane.settings import Settings
from control_plane.wiring import AwsControlPlane
from pointsman.rehearsal.recording import Clients
from pointsman.rehearsal.state_file import StateFile

_ROLES = "arn:aws:iam::000000000000:role/"


class ToldPlane(AwsControlPlane):
    """All of it, at the time that the file tells. What a room writes is in this one's own ledger."""

    def __init__(self, state: StateFile, clients: Clients) -> None:
        settings = Settings(
            table_name="Ledger",
            artifact_bucket=state.artifact_bucket,
            endpoint_role_arn=f"{_ROLES}EndpointRole",
            job_role_arn=f"{_ROLES}JobRole",
            topic_arn="arn:aws:sns:us-east-1:000000000000:Notices",
            patience_seconds=60,
            look_after_seconds=900,
        )
        super().__init__(settings, clients.of)
        self._state, self._clients = state, clients

    @cached_property
    def ledger(self) -> Ledger:  # type: ignore[override]  # the port is all that rooms use
        return self._state.ledger()

    @cached_property
    def objects(self) -> S3Objects:
        return ToldObjects(self._clients.of("s3"), self._state)

    @cached_property
    def pipelines(self) -> SageMakerPipelines:
        return ToldPipelines(self._clients.of("sagemaker"), self._state)

    @cached_property
    def registry(self) -> SageMakerRegistry:
        return ToldRegistry(self._clients.of("sagemaker"), self._state)

    @cached_property
    def monitors(self) -> SageMakerMonitors:
        return ToldMonitors(self._clients.of("sagemaker"), self._state)

    @cached_property
    def endpoints(self) -> SageMakerEndpoints:
        return ToldEndpoints(self._clients, self._state)

    def now(self) -> datetime:
        return self._state.now


class ToldPipelines(SageMakerPipelines):
    """Executions as the file tells them; none ran a job."""

    def __init__(self, client: Any, state: StateFile) -> None:
        super().__init__(client)
        self._executions = {execution.arn: execution for execution in state.executions}
        self._now = state.now

    def describe(self, arn: str) -> Execution:
        return self._executions.get(arn) or Execution(arn, GONE, self._now, "SageMaker doesn't know it any more")

    def jobs(self, arn: str) -> list[JobUse]:  # noqa: ARG002  of any execution
        return []


class ToldRegistry(SageMakerRegistry):
    """Versions as the file tells them, oldest first."""

    def __init__(self, client: Any, state: StateFile) -> None:
        super().__init__(client)
        self._packages = {package.arn: package for package in state.packages}

    def describe(self, package_arn: str) -> Package:
        if package_arn not in self._packages:
            raise UnknownPackage(f"{package_arn} is not in the registry")
        return self._packages[package_arn]

    def registered_by(self, group: str, execution_arn: str) -> Package | None:
        newest = [package for package in reversed(self._packages.values()) if package.group == group]
        return next((package for package in newest if package.generated_by == execution_arn), None)

    def approvals(self, group: str) -> dict[str, ApprovalStatus]:
        complete = [item for item in self._packages.values() if item.group == group and item.status == "Completed"]
        return {package.arn: package.approval_status for package in complete}


class ToldMonitors(SageMakerMonitors):
    """Monitors' runs as the file tells them."""

    def __init__(self, client: Any, state: StateFile) -> None:
        super().__init__(client)
        self._runs = {run.job_arn: run for run in state.monitor_runs}

    def describe(self, job_arn: str) -> MonitorRun | None:
        return self._runs.get(job_arn)

    def ended_of_schedule(self, name: str, since: datetime, until: datetime) -> list[str]:
        return self._between([run for run in self._runs.values() if run.schedule == name], since, until)

    def ended_of_endpoint(self, name: str, since: datetime, until: datetime) -> list[str]:
        return self._between([run for run in self._runs.values() if run.endpoint == name], since, until)

    def _between(self, runs: Sequence[MonitorRun], since: datetime, until: datetime) -> list[str]:
        ends = {run.job_arn: run.ended_at for run in runs if run.ended_at}
        return sorted((arn for arn, at in ends.items() if since < at <= until), key=lambda arn: ends[arn])


class ToldEndpoints(SageMakerEndpoints):
    """Endpoints and alarms as the file tells them."""

    def __init__(self, clients: Clients, state: StateFile) -> None:
        super().__init__(
            clients.of("sagemaker"),
            lambda: clients.of("cloudwatch"),
            lambda: clients.of("sagemaker-runtime"),
            role_arn=f"{_ROLES}EndpointRole",
            capture_uri=f"s3://{state.artifact_bucket}/capture",
        )
        self._endpoints = {endpoint.name.lower(): endpoint for endpoint in state.endpoints}
        self._variants = state.variants
        self._known_alarms = frozenset(state.alarms)

    def describe(self, name: str) -> Endpoint | None:
        found = self._endpoints.get(name.lower())
        return replace(found, name=name) if found else None

    def variants(self, config: str) -> list[Variant]:
        return list(self._variants.get(config, ()))

    def missing_alarms(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in self._known_alarms]


class ToldObjects(S3Objects):
    """What the file says lies in S3."""

    def __init__(self, client: Any, state: StateFile) -> None:
        super().__init__(client)
        self._bodies = {uri: _body(content) for uri, content in state.objects.items()}

    def list(self, bucket: str, prefix: str) -> Iterator[DataObject]:
        start = f"s3://{bucket}/"
        for uri, body in self._bodies.items():
            if uri.startswith(start + prefix):
                etag = hashlib.md5(body, usedforsecurity=False).hexdigest()  # as S3 makes those of small objects
                yield DataObject(uri.removeprefix(start), len(body), etag, "1")

    def read(self, uri: str) -> bytes | None:
        return self._bodies.get(uri)


def _body(content: object) -> bytes:
    return (content if isinstance(content, str) else json.dumps(content)).encode()

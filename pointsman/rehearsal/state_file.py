"""The state of a control plane and of the AWS around it, as a file tells it: for plans that need no AWS."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from control_plane.adapters.s3 import S3Objects
from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.adapters.sagemaker_endpoints import SageMakerEndpoints
from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.costs import JobUse
from control_plane.endpoints import Endpoint, Variant
from control_plane.errors import UnknownPackage
from control_plane.fields import Strict
from control_plane.manifests import DataObject
from control_plane.models import ModelSpec
from control_plane.monitors import MonitorRun
from control_plane.ports import GONE, Execution
from control_plane.records import ArrivalWindow, Decision, Deployment, Due, Model, Run
from control_plane.registry import ApprovalStatus, Package
from pointsman.errors import BadRequest
from pointsman.rehearsal.ledger import InMemoryLedger
from pointsman.rehearsal.recording import Clients
from pointsman.spec_files import load_specs


class StateFile(Strict):
    """What there is at `now`. `like` names another state's file, whose fields hold where this one has none.

    Of a model, `spec` is the name of its file, beside this one; the rest is as in `Model`. `objects` maps S3 URIs to
    what lies there: text, or a document that is JSON there; `variants` endpoint configurations to what they serve.
    `alarms` are the names of those that exist.
    """

    now: datetime
    data_bucket: str
    artifact_bucket: str
    models: Sequence[Mapping[str, Any]] = ()
    decisions: Sequence[Decision] = ()
    runs: Sequence[Run] = ()
    deployments: Sequence[Deployment] = ()
    windows: Sequence[ArrivalWindow] = ()
    packages: Sequence[Package] = ()
    executions: Sequence[Execution] = ()
    endpoints: Sequence[Endpoint] = ()
    variants: Mapping[str, Sequence[Variant]] = {}
    monitor_runs: Sequence[MonitorRun] = ()
    objects: Mapping[str, Any] = {}
    alarms: Sequence[str] = ()
    folder: Path = Field(Path(), exclude=True)

    @classmethod
    def read(cls, path: Path) -> "StateFile":
        """YAML, or JSON, which is YAML, too. Raises BadRequest, and InvalidSpec for a model's file."""
        try:
            document = yaml.safe_load(path.read_text())
            while like := document.pop("like", None):
                document = yaml.safe_load((path.parent / like).read_text()) | document
            return TypeAdapter(cls).validate_python({**document, "folder": path.parent})
        except OSError as error:
            raise BadRequest(f"{path}: {error.strerror}") from error
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise BadRequest(f"{path}: {wrong}") from error
        except (yaml.YAMLError, AttributeError, TypeError, UnicodeDecodeError) as error:
            raise BadRequest(f"{path}: expected the state of a control plane, in YAML: {error}") from error

    def ledger(self) -> InMemoryLedger:
        """A new one that holds all of it."""
        made = InMemoryLedger()
        told: Iterable[Due] = (*self._models(), *self.decisions, *self.runs, *self.deployments, *self.windows)
        for record in told:
            made.put(record)
        return made

    def _models(self) -> Iterator[Model]:
        paths = [self.folder / state["spec"] for state in self.models]
        specs = load_specs(paths, {"DataBucket": self.data_bucket})
        for path, state in zip(paths, self.models, strict=True):
            spec: ModelSpec = specs[path]
            yield Model.model_validate({"since": self.now, **state, "spec": spec, "revision": spec.revision})


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


class ToldEndpoints(SageMakerEndpoints):
    """Endpoints and alarms as the file tells them."""

    def __init__(self, clients: Clients, state: StateFile) -> None:
        role = "arn:aws:iam::000000000000:role/EndpointRole"
        super().__init__(
            clients.of("sagemaker"),
            lambda: clients.of("cloudwatch"),
            lambda: clients.of("sagemaker-runtime"),
            role_arn=role,
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

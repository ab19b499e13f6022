"""Values that tests start from: one model, what lands for it, what is decided about it. Each call says what matters."""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from control_plane.endpoints import Endpoint
from control_plane.models import ModelSpec
from control_plane.monitors import MonitorRun
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Deployment,
    DeployRequest,
    Drift,
    Model,
    Route,
    Run,
    StartRequest,
)
from control_plane.registry import Package
from control_plane.serving import Serving

MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
TRAINING, EVALUATION = Purpose.TRAINING, Purpose.EVALUATION
BUCKET = "landing"
PREFIX = "churn/training/"
QUIET = timedelta(minutes=5)
AT_MOST = timedelta(hours=1)
SAME_DATA = timedelta(days=90)


def after(**duration: float) -> datetime:
    return MORNING + timedelta(**duration)


def model_spec(model: str = "churn", *, changes: Mapping[str, Any] | None = None) -> ModelSpec:
    """`changes` replace fields by dotted name: `{"data.exclude": ["*.tmp"]}`."""
    return ModelSpec.model_validate(spec_document(model, changes))


def spec_document(model: str = "churn", changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """As its file has it."""
    document: dict[str, Any] = {
        "model": model,
        "data": {
            "bucket": BUCKET,
            "training": {"prefix": f"{model}/training/", "close": {"manifest": "_SUCCESS"}},
            "exclude": ["*/_temporary/*"],
        },
        "pipelines": {"training": {"name": "pointsman-training", "parameters": {"Target": "left"}}},
        "policy": {"metric": {"name": "auc", "direction": "maximize", "bar": 0.8}},
    }
    for path, value in (changes or {}).items():
        *parents, name = path.split(".")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    return document


def evaluated_spec(model: str = "churn", *, changes: Mapping[str, Any] | None = None) -> ModelSpec:
    """A model whose champion is judged on data of its own."""
    evaluation: dict[str, Any] = {
        "data.evaluation": {"prefix": f"{model}/evaluation/", "close": {"manifest": "_SUCCESS"}},
        "pipelines.evaluation": {"name": "pointsman-evaluation"},
    }
    return model_spec(model, changes=evaluation | dict(changes or {}))


def deployed_spec(model: str = "churn", *, changes: Mapping[str, Any] | None = None) -> ModelSpec:
    """A model whose champion serves on an endpoint of its own."""
    return evaluated_spec(model, changes={"deployment.endpoint": f"{model}-prod"} | dict(changes or {}))


def watched_spec(model: str = "churn", *, changes: Mapping[str, Any] | None = None) -> ModelSpec:
    """A model whose champion's endpoint is watched by Model Monitor."""
    monitor = {"deployment.capture": "20%", "monitor.kind": "model-monitor"}
    return deployed_spec(model, changes=monitor | dict(changes or {}))


def deploy_request(version: int = 1, *, instead_of: int | None = None, **changes: Any) -> DeployRequest:
    request = DeployRequest(
        model="churn",
        package=package_arn(version),
        chosen_at=MORNING,
        config=f"churn-{version}-config",
        served_model=f"churn-{version}",
        serving=Serving(endpoint="churn-prod"),
        instead_of=package_arn(instead_of) if instead_of else None,
    )
    return request.model_copy(update=changes)


def deployment_of(request: DeployRequest, decision_id: str = "d1") -> Deployment:
    return Deployment(id=decision_id, request=request, started_at=MORNING)


def endpoint_of(config: str = "churn-1-config", status: str = "InService", **changes: Any) -> Endpoint:
    """`churn-prod`, last changed an hour after MORNING."""
    return replace(Endpoint("churn-prod", status, config, None, after(hours=1)), **changes)


def model_of(spec: ModelSpec | None = None, **state: Any) -> Model:
    """As the ledger tells it; nothing is under way but what `state` says."""
    spec = spec or evaluated_spec()
    return Model(spec=spec, revision=spec.revision, since=MORNING, **state)


def route_of(spec: ModelSpec, purpose: Purpose = TRAINING) -> Route:
    source, exclude = spec.data.sources[purpose], spec.data.exclude
    return Route(model=spec.model, purpose=purpose, bucket=spec.data.bucket, source=source, exclude=exclude)


def start_request(fingerprint: str = "f1", model: str = "churn", purpose: Purpose = TRAINING) -> StartRequest:
    return StartRequest(
        model=model,
        purpose=purpose,
        fingerprint=fingerprint,
        pipeline=f"pointsman-{purpose}",
        parameters={"DataFingerprint": fingerprint},
    )


def begun(decision_id: str = "d1", fingerprint: str = "f1", **changes: Any) -> Decision:
    """A decision that is about to start a run."""
    now = changes.get("decided_at", MORNING)
    fields: dict[str, Any] = {
        "model": "churn",
        "purpose": TRAINING,
        "event": f"s3://{BUCKET}/{PREFIX}a.csv@v1",
        "outcome": Outcome.STARTED,
        "status": DecisionStatus.BEGUN,
        "because": "1 object",
        "decided_at": now,
        "fingerprint": fingerprint,
        "data_until": now + SAME_DATA,
    }
    fields |= changes
    request = start_request(fingerprint, fields["model"] or "churn", fields["purpose"])
    return Decision(**{"id": decision_id, "request": request, **fields})


def deferred(decision_id: str = "d1", fingerprint: str = "f1", **changes: Any) -> Decision:
    waiting = {"outcome": Outcome.DEFERRED_BUSY, "status": DecisionStatus.DEFERRED}
    return begun(decision_id, fingerprint, **waiting | changes)


def skipped(decision_id: str = "d1", **changes: Any) -> Decision:
    settled = {"outcome": Outcome.SKIPPED_SAME_DATA, "status": DecisionStatus.DONE, "request": None}
    return begun(decision_id, **settled | changes)


def revised(decision: Decision, status: DecisionStatus, outcome: Outcome, **changes: Any) -> Decision:
    return decision.model_copy(update={"status": status, "outcome": outcome, **changes})


def execution_arn(number: int = 1) -> str:
    return f"arn:aws:sagemaker:eu-west-1:111122223333:pipeline/pointsman-training/execution/run{number}"


def run_of(decision: Decision, number: int = 1, **changes: Any) -> Run:
    fields: dict[str, Any] = {
        "arn": execution_arn(number),
        "model": decision.start.model,
        "purpose": decision.start.purpose,
        "decision": decision.id,
        "fingerprint": decision.start.fingerprint,
        "started_at": decision.decided_at,
    }
    return Run(**fields | changes)


def done(decision: Decision, run: Run) -> Decision:
    return revised(decision, DecisionStatus.DONE, decision.outcome, run=run.arn)


def ended(run: Run, status: str = "Succeeded", at: datetime = after(minutes=10)) -> Run:  # noqa: B008  a constant
    return run.model_copy(update={"status": status, "ended_at": at})


def window(window_id: str = "w1", **changes: Any) -> ArrivalWindow:
    fields: dict[str, Any] = {
        "id": window_id,
        "model": "churn",
        "purpose": TRAINING,
        "opened_at": MORNING,
        "closes_by": MORNING + AT_MOST,
        "first_event": f"s3://{BUCKET}/{PREFIX}a.csv@v1",
        "arrivals": 1,
        "sealed": True,
    }
    return ArrivalWindow(**fields | changes)


def package_arn(version: int = 1, group: str = "churn") -> str:
    return f"arn:aws:sagemaker:eu-west-1:111122223333:model-package/{group}/{version}"


def package(version: int = 1, **changes: Any) -> Package:
    """A version that has been approved."""
    fields: dict[str, Any] = {
        "arn": package_arn(version),
        "group": "churn",
        "version": version,
        "status": "Completed",
        "approval_status": "Approved",
        "image": "scikit-learn:1.7",
        "model_data_url": f"s3://artifacts/models/churn/{version}/model.tar.gz",
        "last_modified": MORNING,
        "generated_by": execution_arn(version),
    }
    return Package(**fields | changes)


def champion(version: int = 1, *, earlier: tuple[int, ...] = (), **changes: Any) -> Champion:
    fields: dict[str, Any] = {
        "package": package_arn(version),
        "chosen_at": MORNING,
        "since": MORNING,
        "earlier": tuple(package_arn(number) for number in earlier),
    }
    return Champion(**fields | changes)


def drift_of(kind: str = "bias", **changes: Any) -> Drift:
    """Drift that the alarm `a` found."""
    fields: dict[str, Any] = {
        "kind": kind,
        "source": "alarm a",
        "share": 0.3,
        "summary": "age moved",
        "since": MORNING,
        "found_at": MORNING,
        "answered_at": MORNING,
    }
    return Drift(**fields | changes)


def ours(detail_type: str, event_id: str, detail: dict[str, Any]) -> dict[str, Any]:
    """An event on our own source, as EventBridge delivers it."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": detail_type,
        "source": "pointsman",
        "account": "111122223333",
        "time": "2026-11-21T09:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail,
    }


def drift_report(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    return ours("Drift Report", event_id, {"model": "churn", "kind": "data_quality"} | changes)


def run_requested(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    asked = {"model": "churn", "purpose": "training", "why": "new labels", "actor": "ada"}
    return ours("Run Requested", event_id, asked | changes)


def package_changed(
    arn: str, status: str = "Approved", *, at: datetime = MORNING, fields: list[str] | None = None
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"""
    group, _, version = arn.partition("model-package/")[2].partition("/")
    detail: dict[str, Any] = {
        "ModelPackageGroupName": group,
        "ModelPackageVersion": int(version or 0),
        "ModelPackageArn": arn,
        "CreationTime": "2026-11-20T09:00:00.000Z",
        "LastModifiedTime": at.isoformat(timespec="milliseconds"),
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": status,
    }
    if fields is not None:
        detail["UpdatedModelPackageFields"] = fields
    return {
        "version": "0",
        "id": "c8d5a8e5-3f0c-4f7c-9c1b-1f2c3d4e5f60",
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "account": "111122223333",
        "time": "2026-11-21T09:00:00Z",
        "region": "eu-west-1",
        "resources": [arn],
        "detail": detail,
    }


def object_created(key: str, *, bucket: str = BUCKET, version: str | None = "v1") -> dict[str, Any]:
    """As EventBridge delivers it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    landed: dict[str, Any] = {"key": key, "size": 5, "etag": "b1946ac92492d2347c6235b4d2611184", "sequencer": "61"}
    if version is not None:
        landed["version-id"] = version
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "111122223333",
        "time": "2026-11-21T09:00:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {
            "version": "0",
            "event-version": "1.2",
            "bucket": {"name": bucket},
            "object": landed,
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "192.0.2.1",
            "reason": "PutObject",
        },
    }


def execution_ended(arn: str, status: str = "Succeeded") -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"""
    return {
        "version": "0",
        "id": "315c1398-40ff-a850-213b-158f73kd93ir",
        "detail-type": "SageMaker Model Building Pipeline Execution Status Change",
        "source": "aws.sagemaker",
        "account": "111122223333",
        "time": "2026-11-21T09:10:11Z",
        "region": "eu-west-1",
        "resources": [arn.partition("/execution/")[0], arn],
        "detail": {
            "currentPipelineExecutionStatus": status,
            "previousPipelineExecutionStatus": "Executing",
            "executionStartTime": "2026-11-21T09:00:13Z",
            "executionEndTime": "2026-11-21T09:10:10Z",
            "pipelineArn": arn.partition("/execution/")[0],
            "pipelineExecutionArn": arn,
        },
    }


SAMPLE = b"1.0,2.0\n"


def archive(*files: bytes, name: str = "sample.csv") -> bytes:
    """Gzipped tar, as SageMaker takes a sample payload. Deliberately in a folder: tar tells of it first."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        folder = tarfile.TarInfo("samples")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for number, body in enumerate(files):
            entry = tarfile.TarInfo(f"samples/{number}-{name}")
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    return packed.getvalue()


JOB_ARN = (
    "arn:aws:sagemaker:us-east-1:111122223333:processing-job/model-monitoring-202611211000-5f2b6a6c0d2d4e6d8a1b2c3d"
)
REPORTS = "s3://amzn-s3-demo-bucket1/monitoring/churn-prod/churn-data-quality/2026/11/21/10"


def monitor_run(**changes: Any) -> MonitorRun:
    """A run that found violations, as of the events `monitor_run_…`."""
    fields: dict[str, Any] = {
        "job_arn": JOB_ARN,
        "schedule": "churn-data-quality",
        "endpoint": "Churn-Prod",
        "status": "Completed",
        "exit_message": "CompletedWithViolations: Job completed successfully with 2 violations.",
        "failure": None,
        "output_uri": REPORTS,
        "kind": None,
        "ended_at": after(hours=1, minutes=20),
    }
    return MonitorRun(**fields | changes)

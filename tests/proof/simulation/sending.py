"""Events, as AWS and people send them."""

from typing import Any

from control_plane.endpoints import Endpoint, Variant
from control_plane.registry import ApprovalStatus
from tests.proof.simulation.stories import Twist
from tests.proof.simulation.world import World
from tests.samples import BUCKET, monitor_run, object_created, ours, package_arn
from tests.samples import execution_ended as execution_event
from tests.samples import package_changed as package_event

KINDS = ("data_quality", "model_quality", "bias", "feature_attribution")
_ACCOUNT = "arn:aws:sagemaker:eu-west-1:111122223333"


def versions(world: World, model: str) -> list[str]:
    return [package.arn for package in world.plane.registry.packages.values() if package.group == model]


def land(world: World, key: str, body: str) -> None:
    world.plane.objects.write(BUCKET, key, body.encode())
    version = world.plane.objects.current[BUCKET, key].version_id
    world.promises.landed(key, world.plane.now())
    _send(world, object_created(key, version=version), f"{key}@{version}")


def decide(world: World, arn: str, status: ApprovalStatus) -> None:
    world.plane.wait(world.plane.patience / 60)
    world.plane.registry.set_approval(arn, status)
    if status == "Approved":
        world.promises.approved(arn)
    package_changed(world, arn, fields=["ModelApprovalStatus"])


def package_changed(world: World, arn: str, fields: list[str] | None = None) -> None:
    found = world.plane.registry.packages[arn]
    event = package_event(arn, found.approval_status, at=found.last_modified, fields=fields)
    _send(
        world,
        event,
        f"{arn.rpartition('/')[2]} of {found.group} {found.approval_status} {found.last_modified:%d %H:%M:%S}",
    )


def execution_ended(world: World, arn: str, status: str) -> None:
    _send(world, execution_event(arn, status), f"run {arn[-4:]} {status}")


def endpoint_changed(world: World, name: str) -> None:
    found = world.plane.endpoints.endpoints[name]
    detail = {"EndpointName": name, "EndpointArn": f"{_ACCOUNT}:endpoint/{name}", "EndpointStatus": found.status}
    _from_sagemaker(world, "SageMaker Endpoint State Change", detail, f"{name} {found.status} {found.config}")


def put_theirs(world: World, name: str, variant: Variant) -> None:
    config = f"theirs-{world.plane.now():%d%H%M%S}"
    endpoints = world.plane.endpoints
    endpoints.configs[config] = [variant]
    endpoints.endpoints[name] = Endpoint(name, "InService", config, None, world.plane.now())
    endpoint_changed(world, name)


def end_monitor_run(world: World, model: str, number: int, _twist: Twist | None) -> None:
    violated = "CompletedWithViolations: 2 violations" if number % 2 else "Completed: no violations"
    arn = f"{_ACCOUNT}:processing-job/model-monitoring-{model}-{len(world.plane.monitors.runs)}"
    run = monitor_run(
        job_arn=arn,
        schedule=f"{model}-quality",
        endpoint=f"{model}-prod",
        exit_message=violated,
        output_uri=None,
        ended_at=world.plane.now(),
    )
    world.plane.monitors.add(run)
    detail = {"ProcessingJobArn": arn, "ProcessingJobStatus": "Completed"}
    _from_sagemaker(world, "SageMaker Processing Job State Change", detail, arn.rpartition("/")[2])


def report_drift(world: World, model: str, number: int, _twist: Twist | None) -> None:
    detail = {"kind": KINDS[number % 4], "share": (number // 4 % 10) / 10, "drifted": number // 40 % 3 > 0}
    _ours(world, "Drift Report", model, detail)


def report(world: World, model: str, kind: str, *, drifted: bool) -> None:
    _ours(world, "Drift Report", model, {"kind": kind, "drifted": drifted})


def ring_alarm(world: World, model: str, number: int, _twist: Twist | None) -> None:
    value, now = ("ALARM", "ALARM", "OK", "INSUFFICIENT_DATA")[number % 4], world.plane.now()
    detail = {"alarmName": f"{model}-alarm", "state": {"value": value, "timestamp": now.isoformat()}}
    event = _aws(world, "aws.cloudwatch", "CloudWatch Alarm State Change", detail)
    event["resources"] = [f"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{model}-alarm"]
    world.send(event, f"alarm of {model} {value} {now:%d %H:%M:%S}")


def ask_for_run(world: World, model: str, number: int, _twist: Twist | None) -> None:
    purpose = "evaluation" if number % 3 == 0 else "training"
    _ours(world, "Run Requested", model, {"purpose": purpose, "force": number // 3 % 3 == 0, **_person()})


def ask_for_version(world: World, model: str, number: int, _twist: Twist | None) -> None:
    if known := versions(world, model):
        asked = {"package_arn": known[-1 - number // 4 % len(known)], "force": number % 4 == 0}
        _ours(world, "Deployment Requested", model, {**asked, **_person()})


def ask_to_go_back(world: World, model: str, number: int, _twist: Twist | None) -> None:
    """Seldom to a version by name, which need not exist."""
    named = {"package_arn": package_arn(1 + number // 5 % 4, model)} if number % 5 == 0 else {}
    _ours(world, "Rollback Requested", model, {**named, **_person()})


def ask_to_adopt(world: World, model: str, _number: int, _twist: Twist | None) -> None:
    _ours(world, "Adoption Requested", model, {"endpoint": f"{model}-prod", **_person()})


def _send(world: World, event: dict[str, Any], business: str) -> None:
    world.send({**event, "id": world.new_id()}, business)


def _person() -> dict[str, str]:
    return {"why": "complaints", "actor": "ada"}


def _ours(world: World, detail_type: str, model: str, detail: dict[str, Any]) -> None:
    event_id = world.new_id()
    event = {**ours(detail_type, event_id, {"model": model, **detail}), "time": world.plane.now().isoformat()}
    world.send(event, f"{detail_type} {event_id} of {model}")


def _from_sagemaker(world: World, detail_type: str, detail: dict[str, Any], business: str) -> None:
    world.send(_aws(world, "aws.sagemaker", detail_type, detail), business)


def _aws(world: World, source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {**ours(detail_type, world.new_id(), detail), "source": source, "time": world.plane.now().isoformat()}

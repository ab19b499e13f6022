"""What runs leave behind: versions with all that a training registers them with, and verdicts."""

import json
from dataclasses import replace

from control_plane.endpoints import Answer
from control_plane.policies import DriftKind
from control_plane.records import StartRequest
from control_plane.registry import Baseline
from tests.proof.simulation import sending
from tests.proof.simulation.world import World
from tests.samples import BUCKET, SAMPLE, TRAINING, archive

PACKED = archive(SAMPLE)
_FAILS_ITS_SAMPLE = 4  # of five versions, the fifth


def add_version(world: World, model: str, generated_by: str | None = None) -> None:
    plane = world.plane
    package = plane.registry.register(model, generated_by=generated_by)
    at = f"s3://artifacts/pipelines/{model}/{package.version}"
    constraints = Baseline(f"{at}/constraints.json", f"{at}/statistics.json")
    plane.registry.packages[package.arn] = replace(package, baselines={DriftKind.DATA_QUALITY: constraints})
    _write(world, str(package.sample_uri), PACKED)
    _write(world, str(package.report_uri), _verdict(passed=True))
    if package.version % 5 == _FAILS_ITS_SAMPLE:
        plane.endpoints.answers[package.arn] = Answer(500)
    sending.package_changed(world, package.arn)


def found(world: World, model: str) -> None:
    """What was there before: data in its folders, and three versions, the first of them just approved."""
    for purpose in ("training", "evaluation"):
        world.plane.objects.write(BUCKET, f"{model}/{purpose}/old.csv", b"old")
    for _ in range(3):
        add_version(world, model)
    sending.decide(world, sending.versions(world, model)[0], "Approved")


def end_run(world: World, arn: str, status: str, *, passed: bool) -> None:
    plane = world.plane
    plane.pipelines.end(arn, status)
    (started,) = [known for known in plane.pipelines.started if known.arn == arn]
    if status == "Succeeded":
        _leave_behind(world, started.request, arn, passed=passed)
    sending.execution_ended(world, arn, status)


def _leave_behind(world: World, request: StartRequest, arn: str, *, passed: bool) -> None:
    if request.purpose is TRAINING:
        add_version(world, request.model, generated_by=arn)
    else:
        _write(world, f"{request.parameters['ReportUri']}/evaluation.json", _verdict(passed=passed))


def _verdict(*, passed: bool) -> bytes:
    return json.dumps({"verdict": {"passed": passed, "summary": "auc 0.8"}}).encode()


def _write(world: World, uri: str, body: bytes) -> None:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    world.plane.objects.write(bucket, key, body)

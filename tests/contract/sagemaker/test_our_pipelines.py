"""The project's own pipelines, compiled and run: what they promise about champions, shifted data and the cache.

The champion of these tests was trained on the younger half of `diabetes`, as in the demo.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from pipeline_defs.compile import NEUTRAL, compile_pipelines
from pipeline_defs.sample_data import diabetes_objects
from pipeline_defs.step_code import step_code
from tests.contract.conftest import client_of
from tests.contract.sagemaker.serving import ROLE, Served
from tests.local.instances import Instance, unique
from tests.local.stack import LAP_SECONDS

SPEC = yaml.safe_load((Path(__file__).parents[3] / "pipeline_defs/models/diabetes.yaml").read_text())
# 36 of its rows: enough to meet the bar, too few to keep up with a champion of all of them.
FEW = dict(list(diabetes_objects().items())[:3])

EVERY_JOB = {"Prepare", "Baseline", "Train", "Evaluate", "QualityBaseline"}


@dataclass(frozen=True)
class Project:
    """The compiled pipelines on a local SageMaker, as `pointsman apply` leaves them."""

    served: Served
    s3: Any
    bucket: str

    def start(self, pipeline: str, data: Mapping[str, bytes], **given: str) -> str:
        """ARN of an execution on data that has landed under a key of its own contents, as a manifest's would."""
        own = SPEC["pipelines"]["training"]["parameters"]
        metric = {"MetricBar": str(SPEC["policy"]["metric"]["bar"])}
        told = own | metric | {"DataManifest": self.landed(data), "DataFingerprint": "f" * 64} if data else {}
        parameters = told | {"ModelPackageGroup": "diabetes", "DecisionKey": unique("decision")} | given
        answer = self.served.boto3.start_pipeline_execution(
            PipelineName=f"pointsman-{pipeline}",
            PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        )
        return str(answer["PipelineExecutionArn"])

    def run(self, pipeline: str, data: Mapping[str, bytes], **given: str) -> dict[str, dict[str, Any]]:
        """The steps of an execution that succeeds."""
        arn = self.start(pipeline, data, **given)
        assert self.served.ended(arn)["PipelineExecutionStatus"] == "Succeeded", self.served.reasons(arn)
        return self.served.steps(arn)

    def landed(self, data: Mapping[str, bytes]) -> str:
        digest = sha256(repr(sorted(data.items())).encode()).hexdigest()
        keys = [f"data/{digest}/{name}" for name in data]
        for key, body in zip(keys, data.values(), strict=True):
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        manifest = json.dumps([{"prefix": f"s3://{self.bucket}/"}, *keys]).encode()
        self.s3.put_object(Bucket=self.bucket, Key=f"manifests/{digest}.json", Body=manifest)
        return f"s3://{self.bucket}/manifests/{digest}.json"

    def captured(self, data: Mapping[str, bytes]) -> str:
        """The rows as an endpoint captures them that answers with the target, in a folder."""
        folder = unique("captured")
        for name, body in data.items():
            rows = [line.rpartition(",") for line in body.decode().splitlines()[1:]]
            records = [
                json.dumps(
                    {
                        "captureData": {
                            "endpointInput": {"data": features, "encoding": "CSV", "observedContentType": "text/csv"},
                            "endpointOutput": {"data": target, "encoding": "CSV", "observedContentType": "text/csv"},
                        },
                        "eventMetadata": {"eventId": f"{name}-{row}", "inferenceTime": "2026-11-21T09:00:00Z"},
                        "eventVersion": "0",
                    }
                )
                for row, (features, _, target) in enumerate(rows)
            ]
            self.s3.put_object(Bucket=self.bucket, Key=f"{folder}/{name}.jsonl", Body="\n".join(records).encode())
        return f"s3://{self.bucket}/{folder}/"

    def read(self, uri: str) -> dict[str, Any]:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        document: dict[str, Any] = json.loads(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return document

    def package(self, steps: Mapping[str, Any]) -> dict[str, Any]:
        arn = steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
        found: dict[str, Any] = self.served.boto3.describe_model_package(ModelPackageName=arn)
        return found

    def evaluated(self, version: Mapping[str, Any], data: Mapping[str, bytes]) -> dict[str, Any]:
        """The report of an evaluation of a version."""
        report = f"s3://{self.bucket}/evaluations/{unique('report')}"
        told = {"ModelPackageArn": version["ModelPackageArn"], "ModelDataUrl": archive(version), "ReportUri": report}
        steps = self.run("evaluation", data, **told)
        assert sorted(steps) == ["Evaluate", "Prepare"]
        return self.read(f"{report}/evaluation.json")


def archive(version: Mapping[str, Any]) -> str:
    return str(version["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])


def hits(steps: Mapping[str, Any]) -> set[str]:
    return {name for name, step in steps.items() if "CacheHitResult" in step}


@pytest.fixture(scope="module")
def project(aws: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    s3, bucket, code = client_of(aws, "s3"), unique("bucket"), step_code()
    s3.create_bucket(Bucket=bucket)
    for name, content in code.files.items():
        s3.put_object(Bucket=bucket, Key=f"{code.prefix}{name}", Body=content)
    account = replace(NEUTRAL, bucket=bucket, job_role_arn=ROLE, code_uri=code.uri(bucket))
    with Served.started(tmp_path_factory.mktemp("project") / "sagemaker", aws.endpoint_url) as served:
        for name, definition in compile_pipelines(account).items():
            served.boto3.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=ROLE)
        served.deadline_seconds = LAP_SECONDS
        served.boto3.create_model_package_group(ModelPackageGroupName="diabetes")
        yield Project(served, s3, bucket)


@pytest.fixture(scope="module")
def first(project: Project) -> dict[str, dict[str, Any]]:
    """The steps of the first training, which has no champion to be compared with."""
    return project.run("training", diabetes_objects())


@pytest.fixture(scope="module")
def champion(project: Project, first: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Its version."""
    return project.package(first)


def against(champion: Mapping[str, Any]) -> dict[str, str]:
    return {"ChampionPackageArn": champion["ModelPackageArn"], "ChampionModelDataUrl": archive(champion)}


def test_a_first_version_is_registered_with_its_report_and_where_it_comes_from(
    project: Project, first: dict[str, dict[str, Any]], champion: dict[str, Any]
) -> None:
    metadata = champion["CustomerMetadataProperties"]
    assert (metadata["ChampionPackageArn"], metadata["GitCommit"]) == ("none", "commit")
    report = project.read(champion["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    assert report["verdict"]["passed"] is True
    baseline = champion["DriftCheckBaselines"]["ModelDataQuality"]
    assert champion["ModelMetrics"]["ModelDataQuality"] == baseline
    quality = project.read(champion["DriftCheckBaselines"]["ModelQuality"]["Statistics"]["S3Uri"])
    assert quality["regression_metrics"]["rmse"] == report["regression_metrics"]["rmse"]
    first_column = project.read(baseline["Constraints"]["S3Uri"])["features"][0]["name"]
    assert first_column == "target", "captured records have the output first"
    assert "champion" not in report["verdict"]["summary"]
    job = first["Evaluate"]["Metadata"]["ProcessingJob"]["Arn"]
    tags = {tag["Key"]: tag["Value"] for tag in project.served.boto3.list_tags(ResourceArn=job)["Tags"]}
    assert tags == {
        "pointsman:model": "diabetes",
        "pointsman:decision": metadata["DecisionKey"],
        "pointsman:environment": "prod",
        "pointsman:commit": "commit",
    }


def test_a_challenger_that_keeps_up_is_registered_and_one_that_falls_behind_fails_with_all_numbers(
    project: Project, champion: dict[str, Any]
) -> None:
    better = project.run("training", diabetes_objects(half="older"), **against(champion))
    version = project.package(better)
    assert version["CustomerMetadataProperties"]["ChampionPackageArn"] == champion["ModelPackageArn"]
    report = project.read(version["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    verdict = report["verdict"]
    assert verdict["value"] < report["champion"]["regression_metrics"]["rmse"]["value"]
    assert verdict["margin"] >= 0

    arn = project.start("training", FEW, **against(champion))
    assert project.served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    steps = project.served.steps(arn)
    assert "Register" not in steps
    message = steps["NotGoodEnough"]["FailureReason"]
    assert message.startswith("Not registered: rmse 54")
    assert "meets the bar of 62 by" in message
    assert re.search(r"falls behind the champion's 5[12]\.\d+ \(tolerance 0\) by 2\.", message)


def test_the_champion_is_degraded_on_shifted_data_and_on_data_like_its_own_it_is_not(
    project: Project, champion: dict[str, Any]
) -> None:
    shifted = project.evaluated(champion, diabetes_objects(half="older"))
    assert shifted["verdict"]["passed"] is False
    assert "misses the bar of 62 by" in shifted["verdict"]["summary"]
    alike = project.evaluated(champion, diabetes_objects())
    assert alike["verdict"]["passed"] is True
    assert alike["about"]["ModelPackageArn"] == champion["ModelPackageArn"]


def test_monitoring_finds_what_has_shifted_since_the_baseline_and_reads_as_a_monitors_run(
    project: Project, champion: dict[str, Any]
) -> None:
    baseline = champion["DriftCheckBaselines"]["ModelDataQuality"]
    report = f"s3://{project.bucket}/monitoring/{unique('report')}"
    landed = project.captured(diabetes_objects(half="older"))
    arn = project.start(
        "monitoring",
        {},
        Dataset=landed,
        BaselineStatistics=baseline["Statistics"]["S3Uri"],
        BaselineConstraints=baseline["Constraints"]["S3Uri"],
        ReportUri=report,
        MonitoringScheduleName="diabetes-batch",
    )
    assert project.served.ended(arn)["PipelineExecutionStatus"] == "Succeeded", project.served.reasons(arn)
    job = project.served.steps(arn)["Analyze"]["Metadata"]["ProcessingJob"]["Arn"]
    run = SageMakerMonitors(project.served.boto3).describe(job)
    assert run is not None
    assert (run.schedule, run.status, run.output_uri, run.found_violations) == (
        "diabetes-batch",
        "Completed",
        report,
        True,
    )
    violations = project.read(f"{report}/constraint_violations.json")["violations"]
    assert "age" in {violation["feature_name"] for violation in violations}
    assert project.read(f"{report}/statistics.json")["dataset"]["item_count"] == 215
    assert project.read(f"{report}/constraints.json")["features"]


def test_equal_contents_are_taken_from_the_cache_and_changed_ones_are_not(
    project: Project, first: dict[str, dict[str, Any]]
) -> None:
    assert hits(first) == set()
    assert hits(project.run("training", diabetes_objects())) == EVERY_JOB
    changed = diabetes_objects()
    changed["part-00.csv"] = changed["part-00.csv"].rstrip(b"\n").rpartition(b"\n")[0] + b"\n"
    assert hits(project.run("training", changed)) == set()


def test_what_is_older_than_the_caches_time_to_live_is_made_again(
    project: Project, first: dict[str, dict[str, Any]]
) -> None:
    """The compiled definition with a shorter one: nobody can wait for 30 days."""
    definition = project.served.boto3.describe_pipeline(PipelineName="pointsman-training")["PipelineDefinition"]
    assert '"P30D"' in definition
    project.served.boto3.update_pipeline(
        PipelineName="pointsman-training", PipelineDefinition=definition.replace('"P30D"', '"PT1S"')
    )
    try:
        assert first
        assert hits(project.run("training", diabetes_objects())) == set()
    finally:
        project.served.boto3.update_pipeline(PipelineName="pointsman-training", PipelineDefinition=definition)

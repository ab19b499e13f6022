"""Monitors' jobs and alarms as SageMaker and CloudWatch tell of them, through the template's rules and roles."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.records import Decision
from pointsman.apply import apply
from pointsman.environment import project_root
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, MODEL, Stack

SCHEDULE, ALARM = "diabetes-data-quality", "pointsman-drift-diabetes"
IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
OUTPUT, MESSAGE = "/opt/ml/processing/output", "/opt/ml/output/message"
# What the analysis of a monitor does: it writes its reports, and says in a line how it ended.
ANALYSE = """
import json, pathlib, sys
output, message, reports, said = sys.argv[1:]
for name, report in json.loads(reports).items():
    pathlib.Path(output, name).write_text(json.dumps(report))
pathlib.Path(message).write_text(said)
"""
FEATURES = {"features": [{"name": name} for name in ("age", "bmi", "bp", "s1")]}
DRIFTED = {"violations": [{"feature_name": "bmi", "constraint_check_type": "baseline_drift_check"}]}
BROKEN = {"violations": [{"feature_name": "bmi", "constraint_check_type": "data_type_check"}]}
FOUND = "CompletedWithViolations: Job completed successfully with 1 violations."
NOTHING = "Completed: Job completed successfully with no violations."


@pytest.fixture
def monitored(stack: Stack, tmp_path: Path) -> Stack:
    """A model whose spec claims a schedule and an alarm."""
    spec = yaml.safe_load((project_root() / "pipeline_defs" / "models" / f"{MODEL}.yaml").read_text())
    spec["monitor"] = {"schedules": {SCHEDULE: "data_quality"}, "alarms": {ALARM: "bias"}}
    path = tmp_path / f"{MODEL}.yaml"
    path.write_text(yaml.safe_dump(spec))
    apply(stack.environment, [path])
    return stack


def monitor_job(stack: Stack, name: str, said: str, **reports: dict[str, Any]) -> dict[str, Any]:
    """A step that is a monitor's job in all but who started it."""
    written = json.dumps({f"{report}.json": document for report, document in reports.items()})
    target = f"s3://{stack.environment.output('ArtifactBucket')}/monitoring/{SCHEDULE}/{name}"
    result = {"S3Uri": target, "LocalPath": OUTPUT, "S3UploadMode": "Continuous"}
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
    arguments = {
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "-c", ANALYSE],
            "ContainerArguments": [OUTPUT, MESSAGE, written, said],
        },
        "Environment": {"sagemaker_monitoring_schedule_name": SCHEDULE},
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "result", "S3Output": result}]},
        "ProcessingResources": {"ClusterConfig": cluster},
        "RoleArn": stack.environment.output("JobRoleArn"),
    }
    return {"Name": name, "Type": "Processing", "Arguments": arguments}


def run(stack: Stack, *jobs: dict[str, Any]) -> None:
    """As steps of a pipeline, because schedules are not served here."""
    sagemaker, role = stack.environment.sagemaker, stack.environment.output("JobRoleArn")
    definition = json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": [], "Steps": jobs})
    token = "monitors" * 8
    sagemaker.create_pipeline(
        PipelineName="monitors", PipelineDefinition=definition, RoleArn=role, ClientRequestToken=token
    )
    sagemaker.start_pipeline_execution(PipelineName="monitors", ClientRequestToken=token)


def decision_about(stack: Stack, what: str) -> Decision:
    found = eventually(lambda: [each for each in stack.decisions() if what in each.event], within=LAP_SECONDS)
    return found[0]


def test_what_a_monitor_writes_decides(monitored: Stack) -> None:
    run(
        monitored,
        monitor_job(monitored, "Drifted", FOUND, constraint_violations=DRIFTED, constraints=FEATURES),
        monitor_job(monitored, "Broken", FOUND, constraint_violations=BROKEN),
        monitor_job(monitored, "Clean", NOTHING),
    )
    drifted, broken, clean = (decision_about(monitored, f"-{job}-") for job in ("Drifted", "Broken", "Clean"))
    assert (drifted.outcome, drifted.model) == ("SKIPPED_NO_CHAMPION", MODEL)
    assert drifted.because.startswith(
        f"data_quality drift in 25% of the features: a run of monitoring schedule {SCHEDULE}: bmi"
    )
    assert (broken.outcome, broken.model) == ("SKIPPED_DATA_ERRORS", MODEL)
    assert (clean.outcome, clean.model) == ("SKIPPED_NO_DRIFT", MODEL)


def test_a_run_that_only_a_tick_tells_of_is_decided_on_6(monitored: Stack) -> None:
    """Here a tick finds none, for no schedule made the job: that it may look, and what telling leads to."""
    monitored.drop_sagemakers_events()
    run(monitored, monitor_job(monitored, "Untold", NOTHING))
    sagemaker = monitored.environment.sagemaker

    def ended() -> str | None:
        jobs = sagemaker.list_processing_jobs(StatusEquals="Completed")["ProcessingJobSummaries"]
        return next((job["ProcessingJobArn"] for job in jobs), None)

    monitored.send("Monitor Run Observed", ProcessingJobArn=eventually(ended, within=LAP_SECONDS))
    untold = decision_about(monitored, "-Untold-")
    assert (untold.outcome, untold.model) == ("SKIPPED_NO_DRIFT", MODEL)
    eventually(lambda: monitored.model.heard_until, within=LAP_SECONDS)


def test_an_alarm_is_drift_until_it_recovers(monitored: Stack) -> None:
    cloudwatch = monitored.environment.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM,
        Namespace="diabetes",
        MetricName="disparity",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.4,
        ComparisonOperator="GreaterThanThreshold",
    )
    for state in ("ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="by hand")
    outcomes = eventually(
        lambda: [each for each in monitored.decisions() if ALARM in each.event][1:] and monitored.decisions(),
        within=LAP_SECONDS,
    )
    told = {str(each.outcome): each.because for each in outcomes if ALARM in each.event}
    assert told["SKIPPED_NO_CHAMPION"].startswith(f"bias drift: alarm {ALARM}: by hand")
    assert told["SKIPPED_NO_DRIFT"] == f"alarm {ALARM} found no bias drift"

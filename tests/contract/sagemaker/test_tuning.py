"""Hyperparameter tuning: real trials, which of them is best, and the tuning step of a pipeline."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.sagemaker.definitions import IMAGE, definition, fail, get, join
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.killable import Killable
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually, unique

# The objective is what it was told to try.
TRIAL = """
    import json
    import os, pathlib
    folder = pathlib.Path(os.environ["SM_INPUT_CONFIG_DIR"])
    given = json.loads((folder / "hyperparameters.json").read_text())
    if given.get("kind") == "bad":
        raise SystemExit("bad kind")
    print(f"validation:score={float(given.get('x', 0)) + 10 * (given.get('kind') == 'good')};")
"""


def tuning_request(hosted: Hosted, script: str = TRIAL, **given: Any) -> dict[str, Any]:
    limits = {"MaxNumberOfTrainingJobs": given.pop("trials", 3), "MaxParallelTrainingJobs": 2}
    source = hosted.sources(script)
    return {
        "HyperParameterTuningJobName": unique("tuning"),
        "HyperParameterTuningJobConfig": {
            "Strategy": given.pop("strategy", "Random"),
            "ResourceLimits": limits,
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
            "ParameterRanges": given.pop("ranges", {
                "ContinuousParameterRanges": [{"Name": "x", "MinValue": "0.001", "MaxValue": "1",
                                               "ScalingType": "Logarithmic"}],
                "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "4"}],
            }),
            **given.pop("config", {}),
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": {
                "sagemaker_program": "inference.py", "sagemaker_submit_directory": source, "fixed": "1",
                **given.pop("static", {}),
            },
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE, "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "validation:score=(.*?);"}],
            },
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": f"s3://{hosted.bucket}/tuned"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        },
        **given,
    }  # fmt: skip


def tuned(sagemaker: Any, name: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return job if job["HyperParameterTuningJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    return eventually(look) or {}


def created(hosted: Hosted, request: dict[str, Any]) -> dict[str, Any]:
    hosted.sagemaker.create_hyper_parameter_tuning_job(**request)
    return tuned(hosted.sagemaker, request["HyperParameterTuningJobName"])


def trials_of(hosted: Hosted, request: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = hosted.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=request["HyperParameterTuningJobName"], **given
    )["TrainingJobSummaries"]
    return listed


def test_trials_are_training_jobs_and_the_best_is_told(hosted: Hosted, served: Served) -> None:
    request = tuning_request(hosted)
    job = created(hosted, request)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"] == {
        "Completed": 3, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0,
    }  # fmt: skip
    trials = trials_of(hosted, request, SortBy="FinalObjectiveMetricValue")
    assert len(trials) == 3
    values = [trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for trial in trials]
    assert values == sorted(values, reverse=True)
    assert job["BestTrainingJob"]["TrainingJobName"] == trials[0]["TrainingJobName"]
    for trial in trials:
        assert trial["TrainingJobName"].startswith(request["HyperParameterTuningJobName"] + "-00")
        assert set(trial["TunedHyperParameters"]) == {"x", "depth"}
        assert 0.001 <= float(trial["TunedHyperParameters"]["x"]) <= 1
        assert trial["TunedHyperParameters"]["depth"] in {"2", "3", "4"}
        training = hosted.sagemaker.describe_training_job(TrainingJobName=trial["TrainingJobName"])
        assert training["TuningJobArn"] == job["HyperParameterTuningJobArn"]
        assert training["HyperParameters"]["_tuning_objective_metric"] == "score"
        assert training["HyperParameters"]["fixed"] == "1"
    statuses = [event["HyperParameterTuningJobStatus"] for event in served.details("HyperParameter Tuning")]
    assert statuses == ["InProgress", "Completed"]


def test_a_grid_tries_each_combination_once(hosted: Hosted) -> None:
    ranges = {
        "CategoricalParameterRanges": [
            {"Name": "kind", "Values": ["good", "plain"]},
            {"Name": "x", "Values": ["1", "2"]},
        ]
    }
    request = tuning_request(hosted, strategy="Grid", ranges=ranges)
    del request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    assert created(hosted, request)["BestTrainingJob"]["TunedHyperParameters"] == {"kind": "good", "x": "2"}
    found = [tuple(trial["TunedHyperParameters"].values()) for trial in trials_of(hosted, request)]
    assert sorted(found) == [("good", "1"), ("good", "2"), ("plain", "1"), ("plain", "2")]


def test_a_failing_trial_is_counted_and_the_others_decide(hosted: Hosted) -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "kind", "Values": ["bad", "good"]}]}
    request = tuning_request(hosted, strategy="Grid", ranges=ranges, trials=2)
    job = created(hosted, request)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    assert job["BestTrainingJob"]["TunedHyperParameters"] == {"kind": "good"}


def test_when_all_trials_fail_so_does_the_tuning(hosted: Hosted) -> None:
    job = created(hosted, tuning_request(hosted, static={"kind": "bad"}, trials=1))
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("All training jobs failed.")


def test_an_objective_that_no_trial_printed_fails_the_tuning(hosted: Hosted) -> None:
    job = created(hosted, tuning_request(hosted, "pass", trials=1))
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No objective metrics found after running 1 training jobs.")


def test_the_target_of_the_objective_ends_the_search(hosted: Hosted) -> None:
    config = {"TuningJobCompletionCriteria": {"TargetObjectiveMetricValue": 5.0}}
    job = created(hosted, tuning_request(hosted, static={"kind": "good"}, trials=20, config=config))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] < 5


def test_a_stopped_tuning_stops_its_trials(hosted: Hosted, tmp_path: Path) -> None:
    marker = tmp_path / "runs"
    code = f"import pathlib, time; pathlib.Path({str(marker)!r}).touch(); time.sleep(600)"
    request = tuning_request(hosted, code)
    hosted.sagemaker.create_hyper_parameter_tuning_job(**request)
    eventually(marker.exists)
    name = request["HyperParameterTuningJobName"]
    hosted.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert tuned(hosted.sagemaker, name)["HyperParameterTuningJobStatus"] == "Stopped"
    assert {trial["TrainingJobStatus"] for trial in trials_of(hosted, request)} == {"Stopped"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"strategy": "Hyperband"}, "Strategy Hyperband is not served"),
        ({"strategy": "Grid"}, "only categorical"),
        ({"ranges": {"IntegerParameterRanges": [{"Name": "n", "MinValue": "3", "MaxValue": "2"}]}}, "greater than"),
        ({"WarmStartConfig": {"WarmStartType": "TransferLearning",
                              "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "a"}]}}, "WarmStart"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(hosted: Hosted, given: dict[str, Any], words: str) -> None:
    call = hosted.sagemaker.create_hyper_parameter_tuning_job
    code, message = refused(call, **tuning_request(hosted, **given))
    assert code == "ValidationException"
    assert words in message


def test_a_tuning_steps_trials_are_referred_to_best_first(hosted: Hosted, served: Served) -> None:
    arguments = tuning_request(hosted, trials=2)
    del arguments["HyperParameterTuningJobName"]
    step = {"Name": "Search_for-it", "Type": "Tuning", "Arguments": arguments}
    names = [get(f"Steps.Search_for-it.{path}") for path in (
        "BestTrainingJob.TrainingJobName", "TrainingJobSummaries[0].TrainingJobName",
        "TrainingJobSummaries[1].TrainingJobName",
    )]  # fmt: skip
    arn = served.start_execution(definition([step, fail("Tell", join(" ", *names))]))
    served.ended(arn)
    best, first, second = served.reasons(arn)["Tell"].split()
    assert best == first != second
    metadata = served.steps(arn)["Search_for-it"]["Metadata"]["TuningJob"]
    assert len(metadata["Arn"].rpartition("/")[2]) <= 32


def test_a_killed_service_goes_on_with_the_trials_that_are_left(aws: Instance, hosted: Hosted, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    code = f"""
        import os, pathlib, time
        runs = pathlib.Path({str(runs)!r})
        with runs.open("a") as file:
            file.write(os.environ["TRAINING_JOB_NAME"][-12:] + "\\n")
        if len(runs.read_text().split()) == 2:
            time.sleep(600)
        print("validation:score=1;")
    """
    request = tuning_request(hosted, code, trials=3)
    request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxParallelTrainingJobs"] = 1
    killable = Killable(tmp_path / "killable", aws.endpoint_url)
    killable.start()
    try:
        killable.boto3.create_hyper_parameter_tuning_job(**request)
        eventually(lambda: runs.exists() and len(runs.read_text().split()) == 2)
        killable.kill()
        killable.start()
        job = tuned(killable.boto3, request["HyperParameterTuningJobName"])
        assert job["TrainingJobStatusCounters"]["Completed"] == 3
        first, second, again, third = runs.read_text().split()
        assert second == again
        assert len({first, second, third}) == 3
    finally:
        killable.kill()

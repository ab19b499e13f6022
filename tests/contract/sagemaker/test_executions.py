"""Executions: started once per token, with parameters; branches, failures, parallelism, stops; what the lists show."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import Limits
from tests.contract.sagemaker.definitions import (
    compare,
    condition,
    definition,
    fail,
    get,
    join,
    json_get,
    processing,
    property_file,
)
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually, unique

type Script = Callable[[str], str]

NOTHING = "pass"
WAIT = """
    import os, pathlib, time
    signs = pathlib.Path(os.environ["SIGNS"])
    (signs / os.environ["NAME"]).touch()
    while not (signs / "go").exists():
        time.sleep(0.01)
"""
TYPES: list[dict[str, Any]] = [
    {"Name": "Text", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]},
    {"Name": "Whole", "Type": "Integer", "DefaultValue": 6},
    {"Name": "Real", "Type": "Float", "DefaultValue": 6},
    {"Name": "Flag", "Type": "Boolean", "DefaultValue": False},
]


def waiting(name: str, script: str, signs: Path, **step: Any) -> dict[str, Any]:
    return processing(name, script, environment={"SIGNS": str(signs), "NAME": name}, **step)


def test_one_token_is_one_execution_however_many_ask(served: Served) -> None:
    name = served.create(definition([fail("Stop")]))
    request = {"PipelineName": name, "ClientRequestToken": "x" * 64}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: served.boto3.start_pipeline_execution(**request), range(16)))
    assert len({answer["PipelineExecutionArn"] for answer in answers}) == 1
    assert len(served.boto3.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]) == 1
    served.ended(answers[0]["PipelineExecutionArn"])
    assert (
        served.boto3.start_pipeline_execution(**request)["PipelineExecutionArn"] == answers[0]["PipelineExecutionArn"]
    )


def test_the_arn_holds_twelve_characters(served: Served) -> None:
    arn = served.start_execution(definition([fail("Stop")]))
    head, _, identity = arn.rpartition("/")
    assert head.endswith("/execution")
    assert len(identity) == 12
    assert identity.isalnum()
    assert identity == identity.lower()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Nope", "1", "Unknown pipeline parameters ['Nope']"),
        ("Whole", "1.5", "'Whole' is of type Integer; '1.5' is not"),
        ("Real", "much", "'Real' is of type Float; 'much' is not"),
        ("Flag", "maybe", "'Flag' is of type Boolean; 'maybe' is not"),
        ("Text", "c", "'Text' must be one of ['a', 'b']"),
    ],
)
def test_wrong_parameters_are_refused(served: Served, name: str, value: str, reason: str) -> None:
    pipeline = served.create(definition([fail("Stop")], TYPES))
    code, message = refused(
        served.boto3.start_pipeline_execution,
        PipelineName=pipeline,
        PipelineParameters=[{"Name": name, "Value": value}],
    )
    assert code == "ValidationException"
    assert reason in message
    assert served.boto3.list_pipeline_executions(PipelineName=pipeline)["PipelineExecutionSummaries"] == []


def test_a_parameter_without_default_must_be_given(served: Served) -> None:
    pipeline = served.create(definition([fail("Stop")], [{"Name": "Must", "Type": "String"}]))
    code, message = refused(served.boto3.start_pipeline_execution, PipelineName=pipeline)
    assert (code, "['Must']" in message) == ("ValidationException", True)


def test_parameters_are_listed_with_their_defaults(served: Served) -> None:
    arn = served.start_execution(definition([fail("Stop")], TYPES), Whole="7", Flag="True")
    listed = served.boto3.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert {found["Name"]: found["Value"] for found in listed} == {
        "Text": "a", "Whole": "7", "Real": "6", "Flag": "true",
    }  # fmt: skip


def test_join_writes_booleans_in_lower_case_and_numbers_plain(served: Served) -> None:
    gate = condition("Gate", [compare("Equals", get("Parameters.Whole"), get("Parameters.Real"))])
    parts = [
        get("Parameters.Flag"), get("Parameters.Whole"), 1.5, get("Execution.PipelineName"), join("-", "a", "b"),
        get("Steps.Gate.Outcome"),
    ]  # fmt: skip
    arn = served.start_execution(definition([gate, fail("Say", join("|", *parts))], TYPES))
    served.ended(arn)
    pipeline = served.boto3.describe_pipeline(PipelineName=arn.partition("/execution")[0])["PipelineName"]
    assert served.reasons(arn) == {"Say": f"false|6|1.5|{pipeline}|a-b|true"}


def test_a_fail_step_without_message_has_no_reason(served: Served) -> None:
    arn = served.start_execution(definition([fail("Stop")]))
    ended = served.ended(arn)
    step = served.steps(arn)["Stop"]
    assert ended["FailureReason"] == "Step failure: One or multiple steps failed"
    assert "FailureReason" not in step
    assert step["Metadata"] == {"Fail": {"ErrorMessage": ""}}


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ([compare("Equals", 6, 6.0)], "True"),
        ([compare("GreaterThan", "1", "3")], "False"),
        ([compare("GreaterThan", "1", "0")], "True"),
        ([compare("LessThan", 1, 2), compare("LessThanOrEqualTo", 3, 2)], "False"),
        ([{"Type": "In", "QueryValue": "b", "Values": ["a", "b"]}], "True"),
        ([{"Type": "Not", "Condition": {"Type": "In", "QueryValue": "b", "Values": ["a"]}}], "True"),
        ([{"Type": "Or", "Conditions": [compare("Equals", 1, 2), compare("GreaterThanOrEqualTo", 2, 2)]}], "True"),
    ],
)
def test_conditions(served: Served, conditions: list[dict[str, Any]], outcome: str) -> None:
    steps = served.run(definition([condition("Gate", conditions)]))
    assert steps["Gate"]["Metadata"] == {"Condition": {"Outcome": outcome}}


def test_the_branch_not_taken_is_absent_and_so_is_what_waits_for_it(served: Served, script: Script) -> None:
    never = processing("Never", script(NOTHING))
    inner = condition(
        "Inner", [compare("Equals", 1, 2)], then=[never], otherwise=[processing("Taken", script(NOTHING))]
    )
    outer = condition("Outer", [compare("Equals", 1, 1)], then=[inner], otherwise=[fail("Absent")])
    steps = served.run(definition([outer, processing("Waits", script(NOTHING), DependsOn=["Never"])]))
    assert set(steps) == {"Outer", "Inner", "Taken"}


def test_a_missing_property_file_or_path_fails_the_step_with_a_reason(
    served: Served, script: Script, bucket: str
) -> None:
    code = script("""
        import os, pathlib
        base = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"])
        (base / "processing/output/out/there.json").write_text('{"a": {"b": [1]}}')
    """)
    files = [property_file("There", "out", "there.json"), property_file("Gone", "out", "gone.json")]
    made = processing("Made", code, outputs={"out": f"s3://{bucket}/out"}, PropertyFiles=files)
    gone = condition("Gone", [compare("Equals", json_get("Made", "Gone", "a"), 1)])
    astray = condition("Astray", [compare("Equals", json_get("Made", "There", "a['b'][3]"), 1)])
    found = condition("Found", [compare("Equals", json_get("Made", "There", "a['b'][0]"), 1)], DependsOn=["Made"])

    assert served.run(definition([made, found]))["Found"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    reasons = served.run_to_failure(definition([made, gone]))
    assert f"s3://{bucket}/out/gone.json" in reasons["Gone"]
    reasons = served.run_to_failure(definition([made, astray]))
    assert "Invalid json path 'a['b'][3]'" in reasons["Astray"]


def test_running_steps_finish_when_another_fails_and_dependants_do_not_start(
    served: Served, script: Script, tmp_path: Path
) -> None:
    slow = waiting("Slow", script(WAIT), tmp_path)
    after = processing("After", script(NOTHING), DependsOn=["Slow"])
    arn = served.start_execution(definition([slow, fail("Stop", "on purpose"), after]))
    eventually(lambda: "Stop" in served.reasons(arn) and (tmp_path / "Slow").exists())
    assert served.boto3.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Executing"
    (tmp_path / "go").touch()
    assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    statuses = {name: step["StepStatus"] for name, step in served.steps(arn).items()}
    assert statuses == {"Slow": "Succeeded", "Stop": "Failed"}


def test_a_run_condition_starts_its_step_after_a_failure(served: Served, script: Script) -> None:
    broken = processing("Broken", script("raise SystemExit(3)"))
    mended = processing("Mended", script(NOTHING), DependsOn=[{"Step": "Broken", "Trigger": "Failed"}])
    skipped = processing("Skipped", script(NOTHING), DependsOn=["Broken"])
    arn = served.start_execution(definition([broken, mended, skipped]))
    assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert {name: step["StepStatus"] for name, step in served.steps(arn).items()} == {
        "Broken": "Failed",
        "Mended": "Succeeded",
    }


@pytest.mark.parametrize(("most", "together"), [(None, 3), (2, 2), (1, 1)])
def test_ready_steps_run_in_parallel_as_far_as_allowed(
    served: Served, script: Script, tmp_path: Path, most: int | None, together: int
) -> None:
    code = script(WAIT)
    name = served.create(definition([waiting(f"Step{number}", code, tmp_path) for number in range(3)]))
    given = {} if most is None else {"ParallelismConfiguration": {"MaxParallelExecutionSteps": most}}
    arn = served.boto3.start_pipeline_execution(PipelineName=name, **given)["PipelineExecutionArn"]
    eventually(lambda: len(list(tmp_path.glob("Step*"))) == together)
    assert len(served.steps(arn)) == together
    (tmp_path / "go").touch()
    assert served.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert len(served.steps(arn)) == 3


def test_stopping_ends_what_runs(served: Served, script: Script, tmp_path: Path) -> None:
    running = waiting("Running", script(WAIT), tmp_path)
    arn = served.start_execution(definition([running, processing("Later", script(NOTHING), DependsOn=["Running"])]))
    eventually((tmp_path / "Running").exists)
    assert served.boto3.stop_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionArn"] == arn
    assert served.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    steps = served.steps(arn)
    assert {name: step["StepStatus"] for name, step in steps.items()} == {"Running": "Stopped"}
    job = steps["Running"]["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    assert served.boto3.describe_processing_job(ProcessingJobName=job)["ProcessingJobStatus"] == "Stopped"
    assert refused(served.boto3.stop_pipeline_execution, PipelineExecutionArn=arn)[0] == "ValidationException"
    eventually(lambda: len(served.details("Execution Status")) == 3)
    shown = [
        (detail.get("previousPipelineExecutionStatus"), detail["currentPipelineExecutionStatus"])
        for detail in served.details("Execution Status")
    ]
    assert shown == [(None, "Executing"), ("Executing", "Stopping"), ("Stopping", "Stopped")]


def test_the_account_runs_so_many_executions_at_once(aws: Instance, script: Script, tmp_path: Path) -> None:
    with Served.started(tmp_path / "limited", aws.endpoint_url, Limits(concurrent_executions=2)) as served:
        name = served.create(definition([waiting("Step", script(WAIT), tmp_path)]))
        first = served.boto3.start_pipeline_execution(PipelineName=name, ClientRequestToken="1" * 32)
        served.boto3.start_pipeline_execution(PipelineName=name)
        code, message = refused(served.boto3.start_pipeline_execution, PipelineName=name)
        assert code == "ResourceLimitExceeded"
        assert "is 2 executions" in message
        again = served.boto3.start_pipeline_execution(PipelineName=name, ClientRequestToken="1" * 32)
        assert again["PipelineExecutionArn"] == first["PipelineExecutionArn"]
        (tmp_path / "go").touch()
        served.ended(first["PipelineExecutionArn"])
        assert served.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]


def test_a_step_type_that_does_not_run_here_fails_with_its_name(served: Served) -> None:
    step = {"Name": "Spark", "Type": "EMR", "Arguments": {"ClusterId": "j-1", "StepConfig": {}}}
    reason = served.run_to_failure(definition([step]))["Spark"]
    assert "EMR" in reason
    supported = reason.partition("supported are ")[2].split(", ")
    assert set(supported) == {
        "Callback", "Condition", "Fail", "Lambda", "Model", "Processing", "QualityCheck", "RegisterModel", "Training",
        "Transform", "Tuning",
    }  # fmt: skip


def test_executions_are_described_listed_and_renamed(served: Served) -> None:
    text = definition([fail("Stop")])
    name = served.create(text)
    client = served.boto3
    arn = client.start_pipeline_execution(
        PipelineName=name, PipelineExecutionDisplayName="first", PipelineExecutionDescription="why"
    )["PipelineExecutionArn"]
    served.ended(arn)
    client.update_pipeline(PipelineName=name, PipelineDefinition=definition([fail("Other")]))
    second = client.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    served.ended(second)
    assert client.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)["PipelineDefinition"] == text
    client.update_pipeline_execution(PipelineExecutionArn=arn, PipelineExecutionDisplayName="renamed")

    described = client.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionDisplayName"] == "renamed"
    assert described["PipelineExecutionDescription"] == "why"
    listed = client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    assert [found["PipelineExecutionArn"] for found in listed] == [second, arn]
    assert listed[0]["PipelineExecutionFailureReason"] == "Step failure: One or multiple steps failed"
    ascending = client.list_pipeline_executions(PipelineName=name, SortOrder="Ascending")
    assert ascending["PipelineExecutionSummaries"][0]["PipelineExecutionArn"] == arn
    assert client.describe_pipeline(PipelineName=name)["LastRunTime"] == listed[0]["StartTime"]


def test_steps_are_listed_newest_first_unless_asked(served: Served) -> None:
    gates = [condition("A", []), condition("B", [], DependsOn=["A"]), condition("C", [], DependsOn=["B"])]
    arn = served.start_execution(definition(gates))
    served.ended(arn)
    assert list(served.steps(arn)) == ["C", "B", "A"]
    listed = served.boto3.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    assert [step["StepName"] for step in listed["PipelineExecutionSteps"]] == ["A", "B", "C"]


def test_experiment_names_are_resolved(served: Served) -> None:
    config = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    text = definition([fail("Stop")]).replace(
        '"Metadata": {}', f'"PipelineExperimentConfig": {config}'.replace("'", '"')
    )
    arn = served.start_execution(text)
    described = served.ended(arn)
    assert described["PipelineExperimentConfig"]["TrialName"] == arn.rpartition("/")[2]


def test_many_executions_at_once(served: Served, script: Script) -> None:
    name = served.create(definition([processing(unique("Step"), script(NOTHING))]))
    arns = [served.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"] for _ in range(8)]
    assert {served.ended(arn)["PipelineExecutionStatus"] for arn in arns} == {"Succeeded"}


def test_a_step_taken_from_the_cache_says_so_in_its_event(served: Served, script: Script) -> None:
    step = processing("Step", script(NOTHING), CacheConfig={"Enabled": True, "ExpireAfter": "P1D"})
    name = served.create(definition([step]))
    first, second = (
        served.ended(served.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]) for _ in range(2)
    )
    eventually(lambda: len(served.details("Execution Status")) == 4)
    told = [
        (detail["currentStepStatus"], detail.get("cacheHitResult"))
        for detail in served.details("Step Status")
        if detail["pipelineExecutionArn"] == second["PipelineExecutionArn"]
    ]
    source = {"sourcePipelineExecutionArn": first["PipelineExecutionArn"]}
    assert told == [("Starting", None), ("Succeeded", source)]


def test_a_retry_is_told_as_a_change_back_to_executing(served: Served) -> None:
    broken = condition("Broken", [compare("Equals", "a", 1)])
    arn = served.start_execution(definition([broken]))
    served.ended(arn)
    served.boto3.retry_pipeline_execution(PipelineExecutionArn=arn)
    eventually(lambda: len(served.details("Execution Status")) == 4)
    statuses = [
        (detail.get("previousPipelineExecutionStatus"), detail["currentPipelineExecutionStatus"])
        for detail in served.details("Execution Status")
    ]
    assert statuses == [(None, "Executing"), ("Executing", "Failed"), ("Failed", "Executing"), ("Executing", "Failed")]


def test_a_retry_counts_against_the_concurrent_executions(aws: Instance, script: Script, tmp_path: Path) -> None:
    with Served.started(tmp_path / "limited", aws.endpoint_url, Limits(concurrent_executions=1)) as served:
        failed = served.start_execution(definition([condition("Broken", [compare("Equals", "a", 1)])]))
        served.ended(failed)
        served.start_execution(definition([waiting("Step", script(WAIT), tmp_path)]))
        assert refused(served.boto3.retry_pipeline_execution, PipelineExecutionArn=failed)[0] == "ResourceLimitExceeded"

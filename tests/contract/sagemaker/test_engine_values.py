"""Parameters, references and functions: what a definition's expressions are worth in an execution.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
"""

import json
from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
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
    training,
)
from tests.contract.sagemaker.test_wire import refused

REPORT = {
    "metrics": {"mse": {"value": 2.5}, "list": [1, {"deep": "x"}], "with space": True, "p@1": 0.5},
    "Result": {"rmse": 4},
    "whole": 3,
}


def said(account: Account, *values: Any, parameters: Any = (), **given: str) -> str:
    """The values as a Fail step joins them."""
    text = definition([fail("Say", join("|", *values))], parameters)
    return account.run_to_failure(text, **given)["Say"]


@pytest.fixture(scope="module")
def reported(account: Account) -> str:
    """The URI of REPORT in S3."""
    return account.put("report.json", json.dumps(REPORT))


@pytest.mark.parametrize(
    ("kind", "default", "shown"),
    [("String", "a b", "a b"), ("String", "", ""), ("Integer", 7, "7"), ("Integer", -1, "-1"), ("Float", 0.25, "0.25"),
     ("Boolean", True, "true"), ("Boolean", False, "false")],
)  # fmt: skip
def test_a_parameter_has_its_default(account: Account, kind: str, default: Any, shown: str) -> None:
    parameters = [{"Name": "P", "Type": kind, "DefaultValue": default}]
    assert said(account, "=", get("Parameters.P"), parameters=parameters) == f"=|{shown}"


@pytest.mark.parametrize(
    ("kind", "default", "given", "shown"),
    [("String", "a", "b", "b"), ("Integer", 7, "8", "8"), ("Float", 0.25, "1.5", "1.5"),
     ("Boolean", True, "False", "false"), ("Boolean", False, "true", "true")],
)  # fmt: skip
def test_a_start_overrides_a_parameter(account: Account, kind: str, default: Any, given: str, shown: str) -> None:
    parameters = [{"Name": "P", "Type": kind, "DefaultValue": default}]
    assert said(account, "=", get("Parameters.P"), parameters=parameters, P=given) == f"=|{shown}"


@pytest.mark.parametrize(
    ("kind", "given"), [("Integer", "x"), ("Integer", "1.5"), ("Float", "x"), ("Boolean", "maybe")]
)
def test_an_override_of_another_type_is_refused(account: Account, kind: str, given: str) -> None:
    default = {"Integer": 1, "Float": 1.0, "Boolean": True}[kind]
    name = account.create(definition([fail("F")], [{"Name": "P", "Type": kind, "DefaultValue": default}]))
    request = {"PipelineName": name, "PipelineParameters": [{"Name": "P", "Value": given}]}
    assert refused(account.boto3.start_pipeline_execution, **request)[0] == "ValidationException"


def test_a_value_outside_the_enum_is_refused(account: Account) -> None:
    parameters = [{"Name": "P", "Type": "String", "DefaultValue": "a", "EnumValues": ["a", "b"]}]
    name = account.create(definition([fail("F")], parameters))
    request = {"PipelineName": name, "PipelineParameters": [{"Name": "P", "Value": "c"}]}
    assert refused(account.boto3.start_pipeline_execution, **request)[0] == "ValidationException"


def test_a_parameter_that_is_not_declared_is_refused(account: Account) -> None:
    name = account.create(definition([fail("F")]))
    request = {"PipelineName": name, "PipelineParameters": [{"Name": "P", "Value": "c"}]}
    assert refused(account.boto3.start_pipeline_execution, **request)[0] == "ValidationException"


def test_execution_variables_name_the_execution_and_its_pipeline(account: Account) -> None:
    names = ("PipelineName", "PipelineArn", "PipelineExecutionId", "PipelineExecutionArn")
    name = account.create(definition([fail("Say", join("|", *(get(f"Execution.{name}") for name in names)))]))
    arn = account.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    account.ended(arn)
    pipeline = account.boto3.describe_pipeline(PipelineName=name)
    expected = [pipeline["PipelineName"], pipeline["PipelineArn"], arn.rpartition("/")[2], arn]
    assert account.reasons(arn)["Say"].split("|") == expected


def test_a_join_has_its_parts_nested_and_between_them_what_on_says(account: Account) -> None:
    assert said(account, "a", join("/", "b", join("", "c", 1, 2.5)), join("-")) == "a|b/c12.5|"


def test_a_job_is_named_by_execution_variables_of_its_step(account: Account) -> None:
    code = account.script(
        '(BASE / "processing/output/out/n.json").write_text(\'{"name": "\' + os.environ["JOB"] + \'"}\')'
    )
    step = processing(
        "Named", code, environment={"JOB": get("Execution.ProcessingJobName")}, outputs={"out": account.uri("named")},
        PropertyFiles=[property_file("N", "out", "n.json")],
    )  # fmt: skip
    gate = condition("Same", [compare("Equals", json_get("Named", "N", "name"), get("Steps.Named.ProcessingJobName"))])
    assert account.run(definition([step, gate]))["Same"]["Metadata"] == {"Condition": {"Outcome": "True"}}


def test_properties_of_a_processing_step_are_what_describe_answers(account: Account) -> None:
    step = processing("Made", account.script(""), outputs={"a": account.uri("a"), "b": account.uri("b")})
    outputs = "Steps.Made.ProcessingOutputConfig.Outputs"
    values = [
        get(f"{outputs}['b'].S3Output.S3Uri"),
        get(f"{outputs}[0].S3Output.S3Uri"),
        get("Steps.Made.ProcessingJobStatus"),
    ]
    reasons = account.run_to_failure(definition([step, fail("Say", join("|", *values))]))
    assert reasons["Say"] == f"{account.uri('b')}|{account.uri('a')}|Completed"


def test_properties_of_a_training_step_are_what_describe_answers(account: Account) -> None:
    code = account.script('(BASE / "model/m").write_text("m"); print("auc=0.75;")')
    metrics = [{"Name": "auc", "Regex": "auc=([0-9.]+);"}]
    step = training("Trained", code, account.uri("models"), hyperparameters={"depth": "3"}, metrics=metrics)
    job = "Steps.Trained"
    values = [
        get(f"{job}.ModelArtifacts.S3ModelArtifacts"), get(f"{job}.TrainingJobName"),
        get(f"{job}.HyperParameters['depth']"), get(f"{job}.FinalMetricDataList['auc'].Value"),
        get(f"{job}.OutputDataConfig.S3OutputPath"),
    ]  # fmt: skip
    artifacts, name, depth, auc, output = account.run_to_failure(
        definition([step, fail("Say", join("|", *values))])
    )["Say"].split("|")  # fmt: skip
    assert artifacts == f"{account.uri('models')}/{name}/output/model.tar.gz"
    assert (depth, auc, output) == ("3", "0.75", account.uri("models"))


@pytest.mark.parametrize(
    ("path", "value"),
    [("metrics.mse.value", 2.5), ("$.metrics.mse.value", 2.5), ("metrics['mse']['value']", 2.5), ("metrics.list[0]", 1),
     ("metrics.list[1].deep", "x"), ("metrics['with space']", True), ("Result['rmse']", 4), ("whole", 3)],
)  # fmt: skip
def test_a_json_path_finds_a_value_of_a_report_in_s3(account: Account, reported: str, path: str, value: Any) -> None:
    found = {"Std:JsonGet": {"S3Uri": reported, "Path": path}}
    steps = account.run(definition([condition("Gate", [compare("Equals", found, value)])]))
    assert steps["Gate"]["Metadata"] == {"Condition": {"Outcome": "True"}}


def test_the_uri_of_a_report_may_be_joined(account: Account, reported: str) -> None:
    head, _, tail = reported.rpartition("/")
    found = {"Std:JsonGet": {"S3Uri": join("/", get("Parameters.Folder"), tail), "Path": "whole"}}
    parameters = [{"Name": "Folder", "Type": "String", "DefaultValue": head}]
    steps = account.run(definition([condition("Gate", [compare("Equals", found, 3)])], parameters))
    assert steps["Gate"]["Metadata"] == {"Condition": {"Outcome": "True"}}


@pytest.mark.parametrize("path", ["metrics.nope", "metrics.list[7]", "whole.deeper"])
def test_a_json_path_that_leads_nowhere_fails_its_step(account: Account, reported: str, path: str) -> None:
    found = {"Std:JsonGet": {"S3Uri": reported, "Path": path}}
    reasons = account.run_to_failure(definition([condition("Gate", [compare("Equals", found, 1)])]))
    assert path in reasons["Gate"]


def test_a_report_that_is_not_there_fails_its_step(account: Account) -> None:
    found = {"Std:JsonGet": {"S3Uri": account.uri("nope.json"), "Path": "a"}}
    assert "Gate" in account.run_to_failure(definition([condition("Gate", [compare("Equals", found, 1)])]))


def test_property_files_give_arguments_too(account: Account) -> None:
    code = account.script('(BASE / "processing/output/out/r.json").write_text(\'{"depth": 4}\')')
    made = processing(
        "Made", code, outputs={"out": account.uri("r")}, PropertyFiles=[property_file("R", "out", "r.json")]
    )
    train = training(
        "Trained", account.script('(BASE / "model/m").write_text("m")'), account.uri("models"),
        hyperparameters={"depth": json_get("Made", "R", "depth")},
    )  # fmt: skip
    say = fail("Say", join("=", "depth", get("Steps.Trained.HyperParameters['depth']")))
    assert account.run_to_failure(definition([made, train, say]))["Say"] == "depth=4"

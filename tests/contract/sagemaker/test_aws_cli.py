"""The AWS CLI drives the embedded AWS unchanged: files, parameters, pages, waiters, error output, exit codes.

In as few calls as tell it all: each is a process that takes the better part of a second to start.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.sagemaker.definitions import definition, get, register
from tests.contract.sagemaker.embedded import Embedded
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import ROLE
from tests.local.instances import unique

type Cli = Callable[..., subprocess.CompletedProcess[str]]
PARAMETERS = [{"Name": "Group", "Type": "String"}, {"Name": "Model", "Type": "String"}]
REGISTER = definition([register("Register", get("Parameters.Group"), get("Parameters.Model"))], PARAMETERS)


@pytest.fixture
def cli(embedded: Embedded, tmp_path: Path) -> Cli:
    """Runs `aws …` in an empty folder."""

    def run(*arguments: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("aws")), *arguments],
            env=embedded.environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exit_code, done.stderr or done.stdout
        return done

    return run


def test_a_pipeline_is_made_run_and_its_version_approved(embedded: Embedded, cli: Cli, tmp_path: Path) -> None:
    group, pipeline = unique("group"), unique("pipeline")
    embedded.boto3.create_model_package_group(ModelPackageGroupName=group)
    (tmp_path / "definition.json").write_text(REGISTER)
    cli(
        *("sagemaker", "create-pipeline", "--pipeline-name", pipeline),
        *("--pipeline-definition", "file://definition.json", "--role-arn", ROLE),
    )
    execution = cli(
        *("sagemaker", "start-pipeline-execution", "--pipeline-name", pipeline, "--pipeline-parameters"),
        *(f"Name=Group,Value={group}", "Name=Model,Value=s3://bucket/model.tar.gz"),
        *("--query", "PipelineExecutionArn", "--output", "text"),
    ).stdout.strip()
    assert embedded.ended(execution)["PipelineExecutionStatus"] == "Succeeded"

    run = ("--pipeline-execution-arn", execution)
    described = json.loads(cli("sagemaker", "describe-pipeline-execution", *run).stdout)
    assert (described["PipelineExecutionArn"], described["PipelineExecutionStatus"]) == (execution, "Succeeded")
    (step,) = json.loads(cli("sagemaker", "list-pipeline-execution-steps", *run).stdout)["PipelineExecutionSteps"]
    version = step["Metadata"]["RegisterModel"]["Arn"]

    embedded.boto3.create_model_package(ModelPackageGroupName=group)
    listing = ("sagemaker", "list-model-packages", "--model-package-group-name", group, "--sort-order", "Ascending")
    first = json.loads(cli(*listing, "--max-items", "1").stdout)
    rest = json.loads(cli(*listing, "--starting-token", first["NextToken"]).stdout)
    assert [package["ModelPackageArn"] for package in first["ModelPackageSummaryList"]] == [version]
    assert [package["ModelPackageVersion"] for package in rest["ModelPackageSummaryList"]] == [2]

    cli("sagemaker", "update-model-package", "--model-package-arn", version, "--model-approval-status", "Approved")
    described = json.loads(cli("sagemaker", "describe-model-package", "--model-package-name", version).stdout)
    assert described["ModelApprovalStatus"] == "Approved"


def test_an_endpoint_is_made_waited_for_and_asked(
    embedded: Embedded, s3: Any, bucket: str, cli: Cli, tmp_path: Path
) -> None:
    hosted = Hosted(embedded, s3, bucket)
    named, config = ("--endpoint-name", unique("endpoint")), hosted.config(hosted.model("one"))
    made = cli("sagemaker", "create-endpoint", *named, "--endpoint-config-name", config)
    hosted.settled(named[1])  # the CLI's waiter looks twice a minute
    cli("sagemaker", "wait", "endpoint-in-service", *named)
    asked = cli(
        *("sagemaker-runtime", "invoke-endpoint", *named),
        *("--content-type", "application/json", "--body", '{"x": 1}', "answer.json"),
    )
    assert json.loads(asked.stdout)["InvokedProductionVariant"] == "AllTraffic"
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert (answer["model"], answer["asked"], answer["content_type"]) == ("one", {"x": 1}, "application/json")
    assert json.loads(made.stdout)["EndpointArn"].endswith(named[1])

    hosted.sagemaker.delete_endpoint(EndpointName=named[1])
    cli("sagemaker", "wait", "endpoint-deleted", *named)


def test_errors_are_told_as_the_service_tells_them(cli: Cli) -> None:
    """255 is version 1's exit code for all errors; version 2 tells the service's apart, as 254."""
    missing = cli("sagemaker", "describe-pipeline", "--pipeline-name", "none", exit_code=255)
    assert missing.stdout == ""
    assert "An error occurred (ResourceNotFound) when calling the DescribePipeline operation: " in missing.stderr
    waited = cli("sagemaker", "wait", "endpoint-in-service", "--endpoint-name", "none", exit_code=255)
    assert "Waiter EndpointInService failed: " in waited.stderr

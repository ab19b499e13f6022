"""What SageMaker documents of its jobs: files in and out, how they end, and what is said of it. Holds on an account.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

import json
from typing import Any

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.definitions import definition, get, processing, training
from tests.contract.sagemaker.test_jobs import job_name
from tests.local.instances import unique


def test_a_manifest_names_what_is_downloaded(account: Account) -> None:
    folder = unique("in")
    for key in ("a/1.csv", "a/2.csv", "b.csv"):
        account.put(f"{folder}/{key}", key)
    entries = [{"prefix": account.uri(f"{folder}/")}, "a/1.csv", "b.csv"]
    manifest = account.put(f"{folder}/list.manifest", json.dumps(entries))
    code = account.script("""
        import shutil
        shutil.copytree(BASE / "processing/input/data", BASE / "processing/output/out", dirs_exist_ok=True)
    """)
    outputs = {"out": account.uri(f"{folder}-out")}
    account.run(definition([processing("Step", code, inputs={"data": manifest}, outputs=outputs)]))
    assert account.files(f"{folder}-out") == {"a/1.csv": "a/1.csv", "b.csv": "b.csv"}


def test_no_input_in_s3_fails_as_sagemaker_says_it(account: Account) -> None:
    nothing = account.uri(f"{unique('nothing')}/")
    step = processing("Step", account.script("pass"), inputs={"data": nothing})
    reason = account.run_to_failure(definition([step]))["Step"]
    assert reason.startswith(f'ClientError: No S3 objects found under S3 URL "{nothing}"')


def test_the_failure_file_comes_first(account: Account) -> None:
    code = account.script("""
        import sys
        (BASE / "output/failure").write_text("no convergence" + "." * 2000)
        sys.exit(42)
    """)
    arn = account.start_execution(definition([training("Train", code, account.uri("models"))]))
    account.ended(arn)
    step = account.steps(arn)["Train"]
    job = account.boto3.describe_training_job(TrainingJobName=job_name(step, "TrainingJob"))
    assert step["FailureReason"].startswith("ClientError: AlgorithmError: no convergence...")
    assert job["FailureReason"].startswith("AlgorithmError: no convergence...")
    assert job["FailureReason"].endswith(", exit code: 42")
    assert len(job["FailureReason"]) <= 1024
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")


def test_the_exit_message_is_the_first_kilobyte(account: Account) -> None:
    code = account.script('(BASE / "output/message").write_text("CompletedWithViolations: 3" + "." * 2000)')
    steps = account.run(definition([processing("Step", code)]))
    job = account.boto3.describe_processing_job(ProcessingJobName=job_name(steps["Step"]))
    assert job["ExitMessage"].startswith("CompletedWithViolations: 3...")
    assert len(job["ExitMessage"]) == 1024


def test_the_stopping_condition_ends_the_job(account: Account) -> None:
    step = processing("Step", account.script("import time\ntime.sleep(600)"), max_runtime=1)
    arn = account.start_execution(definition([step]))
    assert account.ended(arn)["PipelineExecutionStatus"] == "Failed"
    ended = account.steps(arn)["Step"]
    assert "MaxRuntimeExceeded" in ended["FailureReason"]
    job = account.boto3.describe_processing_job(ProcessingJobName=job_name(ended))
    assert job["ProcessingJobStatus"] == "Stopped"


def test_arguments_that_the_service_would_refuse_fail_the_step(account: Account) -> None:
    step = processing("Step", account.script("pass"))
    cluster: dict[str, Any] = {"InstanceType": get("Parameters.Type"), "InstanceCount": 1, "VolumeSizeInGB": 30}
    step["Arguments"]["ProcessingResources"] = {"ClusterConfig": cluster}
    text = definition([step], [{"Name": "Type", "Type": "String", "DefaultValue": "ml.huge"}])
    reason = account.run_to_failure(text)["Step"]
    assert reason.startswith(
        "ClientError: Failed to invoke sagemaker:CreateProcessingJob. Error Details: 1 validation error"
    )
    assert "at 'processingResources.clusterConfig.instanceType' failed to satisfy constraint" in reason

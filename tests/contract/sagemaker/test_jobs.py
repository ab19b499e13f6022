"""The container contract, as a script inside a job meets it, and what Describe*Job says of it afterwards."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import client_of
from tests.contract.sagemaker.definitions import definition, processing, training
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually

type Script = Callable[[str], str]

# What the process sees, as JSON in the output "seen".
LOOK = """
    import json, os, pathlib, sys
    base = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"])
    files = {str(path.relative_to(base)): path.read_text() for path in base.rglob("*") if path.is_file()}
    seen = {"environment": dict(os.environ), "arguments": sys.argv[1:], "files": files, "directory": os.getcwd()}
    target = base / sys.argv[1] if len(sys.argv) > 1 else base / "model"
    pathlib.Path(target, "seen.json").write_text(json.dumps(seen))
"""
SAY = "/opt/ml/output/message"


def job_name(step: dict[str, Any], noun: str = "ProcessingJob") -> str:
    return str(step["Metadata"][noun]["Arn"].rpartition("/")[2])


def seen_by_processing(served: Served, s3: Any, bucket: str, code: str, **given: Any) -> dict[str, Any]:
    arguments = ["processing/output/seen", *given.pop("arguments", ())]
    served.run(
        definition([processing("Look", code, outputs={"seen": f"s3://{bucket}/seen"}, arguments=arguments, **given)])
    )
    seen: dict[str, Any] = json.load(s3.get_object(Bucket=bucket, Key="seen/seen.json")["Body"])
    return seen


def seen_by_training(served: Served, s3: Any, bucket: str, step: dict[str, Any]) -> dict[str, Any]:
    steps = served.run(definition([step]))
    key = f"models/{job_name(steps[step['Name']], 'TrainingJob')}/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) as tar:
        member = tar.extractfile("seen.json")
        assert member is not None
        seen: dict[str, Any] = json.load(member)
    return seen


def test_a_processing_job_sees_its_inputs_configuration_and_nothing_of_ours(
    served: Served, s3: Any, bucket: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "x")
    s3.put_object(Bucket=bucket, Key="data/a.csv", Body=b"1")
    s3.put_object(Bucket=bucket, Key="data/deep/b with space.csv", Body=b"2")
    s3.put_object(Bucket=bucket, Key="data/", Body=b"")
    s3.put_object(Bucket=bucket, Key="database/c.csv", Body=b"3")
    seen = seen_by_processing(
        served, s3, bucket, script(LOOK),
        inputs={"data": f"s3://{bucket}/data"}, environment={"MINE": "yes"},
        arguments=["--in", "/opt/ml/processing/input"],
    )  # fmt: skip
    files, environment = seen["files"], seen["environment"]
    assert files["processing/input/data/a.csv"] == "1"
    assert files["processing/input/data/deep/b with space.csv"] == "2"
    config = json.loads(files["config/processingjobconfig.json"])
    assert config["ProcessingJobName"].startswith("pipelines-")
    assert json.loads(files["config/resourceconfig.json"]) == {"current_host": "algo-1", "hosts": ["algo-1"]}
    assert seen["arguments"][1:] == ["--in", f"{environment['SAGEMAKER_BASE_DIR']}/processing/input"]
    assert environment["MINE"] == "yes"
    assert "SECRET_OF_OURS" not in environment
    assert environment["HOME"].startswith(seen["directory"])
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-east-1"


@pytest.mark.parametrize(
    "manifest", [b"{", b"[]", b'["a"]', b'[{"prefix": "s3://x/"}, 7]', b'[{"prefix": "s3://x/"}, "../../up"]', b"null"]
)
def test_a_bad_manifest_fails_the_job(served: Served, s3: Any, bucket: str, script: Script, manifest: bytes) -> None:
    s3.put_object(Bucket=bucket, Key="list.manifest", Body=manifest)
    step = processing("Step", script("pass"), inputs={"data": f"s3://{bucket}/list.manifest"})
    reason = served.run_to_failure(definition([step]))["Step"]
    assert reason.startswith("ClientError: ")
    assert "manifest" in reason or "leads out" in reason


def test_outputs_are_uploaded_without_links(served: Served, s3: Any, bucket: str, script: Script) -> None:
    code = script("""
        import os, pathlib
        out = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"]) / "processing/output/out"
        (out / "deep").mkdir()
        (out / "deep/a.txt").write_text("a")
        (out / "empty").touch()
        (out / "link").symlink_to(out / "empty")
    """)
    served.run(definition([processing("Step", code, outputs={"out": f"s3://{bucket}/out/"})]))
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="out")["Contents"]
    assert [found["Key"] for found in listed] == ["out/deep/a.txt", "out/empty"]


def test_a_training_job_sees_the_toolkits_variables_and_files(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    s3.put_object(Bucket=bucket, Key="train/a.csv", Body=b"1")
    step = training(
        "Train", script(LOOK), f"s3://{bucket}/models/",
        channels={"train": f"s3://{bucket}/train/"},
        hyperparameters={"rate": "0.5", "name": "x", "sagemaker_job": '"j"'},
    )  # fmt: skip
    seen = seen_by_training(served, s3, bucket, step)
    environment, files = seen["environment"], seen["files"]
    base = environment["SAGEMAKER_BASE_DIR"]
    assert environment["SM_MODEL_DIR"] == f"{base}/model"
    assert environment["SM_CHANNEL_TRAIN"] == f"{base}/input/data/train"
    assert json.loads(environment["SM_CHANNELS"]) == ["code", "train"]
    assert json.loads(environment["SM_HPS"]) == {"rate": 0.5, "name": "x"}
    assert environment["SM_HP_RATE"] == "0.5"
    assert environment["TRAINING_JOB_NAME"].startswith("pipelines-")
    assert environment["TRAINING_JOB_ARN"].endswith(f"training-job/{environment['TRAINING_JOB_NAME']}")
    assert files["input/data/train/a.csv"] == "1"
    assert json.loads(files["input/config/hyperparameters.json"])["rate"] == "0.5"
    assert set(json.loads(files["input/config/inputdataconfig.json"])) == {"code", "train"}
    assert json.loads(files["input/config/resourceconfig.json"])["current_host"] == "algo-1"


def test_script_mode_runs_the_program_of_the_source_directory(
    served: Served, s3: Any, bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "train.py").write_text(
        "import json, os, sys, helper\n"
        "seen = {'arguments': sys.argv[1:], 'help': helper.HELP}\n"
        "json.dump(seen, open(os.environ['SM_MODEL_DIR'] + '/seen.json', 'w'))"
    )
    (tmp_path / "helper.py").write_text("HELP = 'beside it'")
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as tar:
        for name in ("train.py", "helper.py"):
            tar.add(tmp_path / name, arcname=name)
    s3.put_object(Bucket=bucket, Key="source.tar.gz", Body=body.getvalue())
    step = training("Train", f"s3://{bucket}/source.tar.gz", f"s3://{bucket}/models")
    del step["Arguments"]["AlgorithmSpecification"]["ContainerEntrypoint"]
    step["Arguments"]["HyperParameters"] = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": f'"s3://{bucket}/source.tar.gz"',
        "epochs": "3",
        "name": '"deep"',
    }
    seen = seen_by_training(served, s3, bucket, step)
    assert seen == {"arguments": ["--epochs", "3", "--name", "deep"], "help": "beside it"}


def test_script_mode_fails_where_its_requirements_are_not_met(served: Served, hosted: Hosted) -> None:
    source = hosted.put_archive("source.tar.gz", {"train.py": "", "requirements.txt": "boto3\nno-such-thing==1\n"})
    step = training("Train", source, f"s3://{hosted.bucket}/models")
    del step["Arguments"]["AlgorithmSpecification"]["ContainerEntrypoint"]
    step["Arguments"]["HyperParameters"] = {"sagemaker_program": "train.py", "sagemaker_submit_directory": source}
    reason = served.run_to_failure(definition([step]))["Train"]
    assert "requirements.txt asks for what this environment lacks: no-such-thing==1 (not here)." in reason


def test_an_image_without_a_command_is_refused_clearly(served: Served, script: Script, bucket: str) -> None:
    step = training("Train", script("pass"), f"s3://{bucket}/models")
    del step["Arguments"]["AlgorithmSpecification"]["ContainerEntrypoint"]
    reason = served.run_to_failure(definition([step]))["Train"]
    assert "sagemaker_program" in reason
    assert "sagemaker-scikit-learn" in reason


def test_a_failing_script_shows_its_last_lines(served: Served, script: Script) -> None:
    step = processing("Step", script("print('before')\nraise ValueError('line 7 of a.csv is no number')"))
    reason = served.run_to_failure(definition([step]))["Step"]
    assert reason.startswith("ClientError: AlgorithmError: ")
    assert "ValueError: line 7 of a.csv is no number" in reason
    assert reason.endswith(", exit code: 1")


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137), ("import os; os.abort()", 134)],
)
def test_a_signal_is_an_exit_code(served: Served, script: Script, code: str, exit_code: int) -> None:
    reason = served.run_to_failure(definition([processing("Step", script(code))]))["Step"]
    assert reason.endswith(f", exit code: {exit_code}")


def test_a_command_that_does_not_exist(served: Served, script: Script) -> None:
    step = processing("Step", script("pass"))
    step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["no-such-command"]
    reason = served.run_to_failure(definition([step]))["Step"]
    assert "exec 'no-such-command': No such file or directory" in reason
    assert reason.endswith(", exit code: 127")


def test_shell_commands_find_the_interpreter_and_the_folder(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    step = processing("Step", script("pass"), outputs={"out": f"s3://{bucket}/out"})
    command = "python3 -c 'import boto3' && echo done > /opt/ml/processing/output/out/done.txt"
    step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["/bin/bash", "-c", command]
    served.run(definition([step]))
    assert s3.get_object(Bucket=bucket, Key="out/done.txt")["Body"].read() == b"done\n"


def test_a_stopped_training_keeps_its_model(
    served: Served, s3: Any, bucket: str, script: Script, tmp_path: Path
) -> None:
    code = script(f"""
        import os, pathlib, signal, sys, time
        def end(*_):
            pathlib.Path(os.environ["SM_MODEL_DIR"], "model").write_text("so far")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        pathlib.Path({str(tmp_path / "running")!r}).touch()
        time.sleep(600)
    """)
    arn = served.start_execution(definition([training("Train", code, f"s3://{bucket}/models")]))
    eventually((tmp_path / "running").exists)
    name = job_name(served.steps(arn)["Train"], "TrainingJob")
    served.boto3.stop_training_job(TrainingJobName=name)
    assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert served.steps(arn)["Train"]["StepStatus"] == "Stopped"
    job = served.boto3.describe_training_job(TrainingJobName=name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert s3.head_object(Bucket=bucket, Key=f"models/{name}/output/model.tar.gz")
    code_, _ = refused(served.boto3.stop_training_job, TrainingJobName=name)
    assert code_ == "ValidationException"


def test_the_log_is_in_the_folder_and_in_cloudwatch(served: Served, aws: Instance, script: Script) -> None:
    steps = served.run(definition([processing("Step", script("print('first')\nprint('last')"))]))
    name = job_name(steps["Step"])
    assert (served.directory / "jobs/processing-job" / name / "algo-1.log").read_text().endswith("first\nlast\n")
    logs = client_of(aws, "logs")

    def messages() -> list[str]:
        try:
            found = logs.get_log_events(logGroupName="/aws/sagemaker/ProcessingJobs", logStreamName=f"{name}/algo-1")
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in found["events"]]

    eventually(lambda: messages()[-2:] == ["first", "last"])


def test_jobs_are_listed_by_name_status_and_time(served: Served, script: Script, bucket: str) -> None:
    code = script("pass")
    served.run(definition([processing("First", code), processing("Second", code, DependsOn=["First"])]))
    served.run_to_failure(definition([processing("Third", script("raise SystemExit(1)"))]))

    def names(**arguments: Any) -> list[str]:
        jobs = served.boto3.list_processing_jobs(**arguments)["ProcessingJobSummaries"]
        return [job["ProcessingJobName"].split("-")[2] for job in jobs]

    assert names() == ["First", "Second", "Third"]
    assert names(SortOrder="Descending") == ["Third", "Second", "First"]
    assert names(NameContains="-Second-") == ["Second"]
    assert names(StatusEquals="Failed") == ["Third"]
    assert refused(served.boto3.describe_processing_job, ProcessingJobName="none")[0] == "ResourceNotFound"
    assert refused(served.boto3.describe_training_job, TrainingJobName="none") == (
        "ValidationException",
        "Requested resource not found.",
    )
    assert bucket


def test_a_long_step_name_gives_way_in_the_jobs_name(served: Served, script: Script) -> None:
    name = "A_step-with_the_longest_name-that_a_definition_may_have-" + "x" * 8
    steps = served.run(definition([processing(name, script("pass"))]))
    assert len(job_name(steps[name])) <= 63
    assert "_" not in job_name(steps[name])

"""A container's file system, as scripts take it for granted: `/opt/ml`, `/`, `/tmp` and a home of its own."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import job_cell_probe
from tests.contract.sagemaker.definitions import definition, processing, training
from tests.contract.sagemaker.serving import Served

type Script = Callable[[str], str]

own = pytest.mark.skipif(job_cell_probe.refusal() is not None, reason=str(job_cell_probe.refusal()))


def body_of(s3: Any, bucket: str, key: str) -> str:
    return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())


@own
def test_a_script_with_container_paths_in_its_text_runs_unmodified(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    s3.put_object(Bucket=bucket, Key="data/a.csv", Body=b"1,2")
    code = script("""
        text = open("/opt/ml/processing/input/data/a.csv").read()
        open("/opt/ml/processing/output/out/copy.csv", "w").write(text)
    """)
    inputs, outputs = {"data": f"s3://{bucket}/data"}, {"out": f"s3://{bucket}/out"}
    served.run(definition([processing("Copy", code, inputs=inputs, outputs=outputs)]))
    assert body_of(s3, bucket, "out/copy.csv") == "1,2"


@own
def test_a_training_script_writes_its_model_where_the_documentation_says(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    code = script("""
        import json
        rate = json.load(open("/opt/ml/input/config/hyperparameters.json"))["rate"]
        open("/opt/ml/model/model.txt", "w").write(rate)
        open("/opt/ml/output/data/notes.txt", "w").write("notes")
    """)
    step = training("Train", code, f"s3://{bucket}/models", hyperparameters={"rate": "0.5"})
    name = served.run(definition([step]))["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    for archive in ("model", "output"):
        assert s3.head_object(Bucket=bucket, Key=f"models/{name}/output/{archive}.tar.gz")


@own
def test_the_working_directory_is_the_containers_root_not_the_machines(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    made = f"made-{uuid.uuid4().hex}"
    code = script(f"""
        import os, pathlib
        assert os.getcwd() == "/"
        for folder in (".", "/tmp", "/root", "/opt/ml"):
            pathlib.Path(folder, {made!r}).write_text("mine")
        for folder in ("/usr", "/etc"):
            try:
                pathlib.Path(folder, {made!r}).write_text("the machine's")
            except OSError:
                continue
            raise SystemExit(f"{{folder}} can be written to")
        out = pathlib.Path("/opt/ml/processing/output/out/home")
        out.write_text(os.environ["HOME"] + " " + str(os.getuid()))
    """)
    served.run(definition([processing("Look", code, outputs={"out": f"s3://{bucket}/out"})]))
    assert body_of(s3, bucket, "out/home") == "/root 0"
    assert not [folder for folder in ("/", "/tmp", "/root", "/opt/ml") if Path(folder, made).exists()]


@own
def test_two_jobs_at_once_do_not_meet_in_their_temporary_folders(served: Served, script: Script) -> None:
    code = script("""
        import pathlib, time
        path = pathlib.Path("/tmp/lock")
        assert not path.exists()
        path.touch()
        time.sleep(0.3)
        path.unlink()
    """)
    served.run(definition([processing("First", code), processing("Second", code)]))


@own
def test_nothing_of_a_jobs_file_system_is_left(served: Served, script: Script) -> None:
    served.run_to_failure(definition([processing("Step", script("raise SystemExit(1)"))]))
    served.run(definition([processing("Step", script("pass"))]))
    assert str(served.directory) not in Path("/proc/self/mountinfo").read_text()
    assert list(served.directory.rglob("rootfs/*")) == []


@own
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv to drop privileges with")
def test_no_privilege_is_needed() -> None:
    code = "from pointsman.local.sagemaker import job_cell_probe; print(job_cell_probe.refusal())"
    # Root keeps the one capability that the kernel wants of a root who makes a namespace with a root.
    command = ["setpriv", "--bounding-set=-all,+setfcap", sys.executable, "-c", code]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if "setpriv:" in tried.stderr:  # an ordinary user has none to drop: `refusal` above was without
        return
    assert tried.stdout.strip() == "None"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose kernel allows no such thing."""
    monkeypatch.setattr(job_cell_probe, "refusal", lambda: "that needs Linux; a virtual machine will do")


@pytest.mark.usefixtures("elsewhere")
def test_elsewhere_a_script_with_container_paths_is_told_what_to_do(served: Served, script: Script) -> None:
    reason = served.run_to_failure(definition([processing("Step", script("open('/opt/ml/output/x', 'w')"))]))["Step"]
    assert "names /opt/ml in its text" in reason
    assert "that needs Linux" in reason
    assert "SAGEMAKER_BASE_DIR" in reason


@pytest.mark.usefixtures("elsewhere")
def test_elsewhere_paths_in_arguments_and_variables_are_the_jobs(
    served: Served, s3: Any, bucket: str, script: Script
) -> None:
    code = script("""
        import os, pathlib, sys
        assert sys.argv[1] == os.environ["OUT"] == os.environ["SAGEMAKER_BASE_DIR"] + "/processing/output/out"
        pathlib.Path(sys.argv[1], "x").write_text("y")
    """)
    path = "/opt/ml/processing/output/out"
    step = processing("Step", code, outputs={"out": f"s3://{bucket}/out"}, arguments=[path], environment={"OUT": path})
    served.run(definition([step]))
    assert body_of(s3, bucket, "out/x") == "y"

"""A step's script as a job, in the folders and with the arguments that a compiled definition gives it."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from pipeline_defs.scripts import Files, JsonType, Script, script
from pipeline_defs.step_code import step_code

TYPES: dict[JsonType, tuple[type, ...]] = {"number": (int, float), "string": (str,), "boolean": (bool,)}


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def check_files(declared: Files, written: dict[str, bytes]) -> None:
    assert written.keys() == declared.keys()
    for file, values in declared.items():
        for path, expected in values.items():
            value = json.loads(written[file])
            for part in path.split("."):
                value = value[part]
            assert type(value) in TYPES[expected], f"{path} in {file} is {value!r}, not a {expected}"


class Job:
    """One job's /opt/ml, in a folder, with the scripts in it."""

    def __init__(self, folder: Path, arguments: dict[str, Any]) -> None:
        self.folder = folder
        self.arguments = arguments
        self.give("code", dict(step_code().files))

    def give(self, name: str, files: dict[str, bytes]) -> None:
        """Put files where the input of this name is found."""
        raise NotImplementedError

    def path(self, path: str) -> Path:
        return self.folder / Path(path).relative_to("/opt/ml")

    def put(self, path: str, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            (self.path(path) / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path(path) / name).write_bytes(content)

    def run(self) -> subprocess.CompletedProcess[str]:
        python, path = self.program["ContainerEntrypoint"]
        assert python == "python3"
        command = [sys.executable, str(self.path(path)), *self.program.get("ContainerArguments", [])]
        given = {
            name: str(self.path(value)) if value.startswith("/opt/ml/") else value
            for name, value in self.arguments.get("Environment", {}).items()
        }
        environment = {**os.environ, **given, "SAGEMAKER_BASE_DIR": str(self.folder)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def succeed(self) -> None:
        """Run to the end, and hold what is there then against what the script declares: pipelines are, too."""
        done = self.run()
        assert done.returncode == 0, done.stderr
        self.check_declared(script(Path(self.program["ContainerEntrypoint"][1]).name))

    def check_declared(self, declared: Script) -> None:
        raise NotImplementedError

    @property
    def program(self) -> dict[str, Any]:
        found: dict[str, Any] = self.arguments.get("AppSpecification") or self.arguments["AlgorithmSpecification"]
        return found


class ProcessingJob(Job):
    def give(self, name: str, files: dict[str, bytes]) -> None:
        [local] = [
            item["S3Input"]["LocalPath"] for item in self.arguments["ProcessingInputs"] if item["InputName"] == name
        ]
        self.put(local, files)

    def check_declared(self, declared: Script) -> None:
        for item in self.arguments["ProcessingOutputConfig"]["Outputs"]:
            check_files(declared.files(item["OutputName"]), self.output(item["OutputName"]))

    def output(self, name: str) -> dict[str, bytes]:
        [local] = [
            item["S3Output"]["LocalPath"]
            for item in self.arguments["ProcessingOutputConfig"]["Outputs"]
            if item["OutputName"] == name
        ]
        return files_in(self.path(local))


class TrainingJob(Job):
    def give(self, name: str, files: dict[str, bytes]) -> None:
        assert name in [channel["ChannelName"] for channel in self.arguments["InputDataConfig"]]
        self.put(f"/opt/ml/input/data/{name}", files)

    def check_declared(self, declared: Script) -> None:
        check_files(declared.files("model"), files_in(self.path("/opt/ml/model")))

    def archive(self) -> bytes:
        """What SageMaker uploads as the model's artefact."""
        path = self.folder / "model.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            tar.add(self.path("/opt/ml/model"), ".")
        return path.read_bytes()

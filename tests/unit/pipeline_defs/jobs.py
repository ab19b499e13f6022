"""A step's script as a job, in the folders and with the arguments that a compiled definition gives it."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from pipeline_defs.step_code import step_code


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
        program = self.arguments.get("AppSpecification") or self.arguments["AlgorithmSpecification"]
        python, script = program["ContainerEntrypoint"]
        assert python == "python3"
        command = [sys.executable, str(self.path(script)), *program.get("ContainerArguments", [])]
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(self.folder)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def succeed(self) -> None:
        done = self.run()
        assert done.returncode == 0, done.stderr


class ProcessingJob(Job):
    def give(self, name: str, files: dict[str, bytes]) -> None:
        [local] = [
            item["S3Input"]["LocalPath"] for item in self.arguments["ProcessingInputs"] if item["InputName"] == name
        ]
        self.put(local, files)

    def output(self, name: str) -> dict[str, bytes]:
        [local] = [
            item["S3Output"]["LocalPath"]
            for item in self.arguments["ProcessingOutputConfig"]["Outputs"]
            if item["OutputName"] == name
        ]
        return {path.name: path.read_bytes() for path in self.path(local).iterdir()}


class TrainingJob(Job):
    def give(self, name: str, files: dict[str, bytes]) -> None:
        assert name in [channel["ChannelName"] for channel in self.arguments["InputDataConfig"]]
        self.put(f"/opt/ml/input/data/{name}", files)

    def archive(self) -> bytes:
        """What SageMaker uploads as the model's artefact."""
        path = self.folder / "model.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            tar.add(self.path("/opt/ml/model"), ".")
        return path.read_bytes()

"""Any definition made runnable: scripts that stand in for those that are not here, objects for its inputs.

The stand-ins honour their contract: each needs all of its inputs, writes all of its outputs, and reports what makes
conditions turn out as a test wants. What the definition says stays, but for what names something of another account.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.contract.sagemaker.serving import ROLE
from tests.contract.sagemaker.wanted import Wanted

BUCKET = "stand-ins"
DATA = f"s3://{BUCKET}/data/"
ROWS = "1,2,3\n4,5,6\n"
PROCESS = """
import json, pathlib, sys
def empty(path):
    path = pathlib.Path(path)
    return not any(item.is_file() for item in path.rglob("*"))
job = json.loads(pathlib.Path("/opt/ml/config/processingjobconfig.json").read_text())
missing = [i["InputName"] for i in job.get("ProcessingInputs") or () if empty(i["S3Input"]["LocalPath"])]
if missing:
    sys.exit(f"no files for {missing}")
for output in (job.get("ProcessingOutputConfig") or {}).get("Outputs") or ():
    for name, text in {"data.csv": ROWS, **FILES.get(output["OutputName"], {})}.items():
        path = pathlib.Path(output["S3Output"]["LocalPath"], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
"""
TRAIN = """
import json, pathlib, sys
base = pathlib.Path("/opt/ml")
channels = json.loads((base / "input/config/inputdataconfig.json").read_text())
missing = [name for name in channels if not any((base / "input/data" / name).rglob("*"))]
if missing:
    sys.exit(f"no files for {missing}")
for name in ("inference.py", "inference"):
    path = base / "model/code" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SERVE)
print("objective=0.5;")
"""
SERVE = """
def model_fn(folder):
    return None
def input_fn(body, content_type):
    return body.decode().splitlines()
def predict_fn(lines, model):
    return ["1" for line in lines]
def output_fn(prediction, accept):
    return "\\n".join(prediction) + "\\n", "text/csv"
"""
FUNCTION = """
class Anything(dict):
    pass
def handler(event, context):
    return {name: "200" for name in NAMES}
"""


@dataclass
class StandIns:
    """For one definition. `function` and `queue` are the ARN and the URL of what Lambda and Callback steps ask."""

    s3: Any
    document: dict[str, Any]
    wanted: Wanted
    function: str
    queue: str
    parameters: dict[str, str] = field(default_factory=dict)

    def made(self) -> str:
        """The definition's text; what it needs lies in S3."""
        self.document = json.loads(re.sub(r"\$([A-Z_]+)", lambda found: _harmless(found[1]), json.dumps(self.document)))
        self._put(f"{DATA}data.csv", ROWS)
        self._give_parameters()
        for step in steps_of(self.document["Steps"]):
            make = getattr(self, f"_make_{step['Type'].lower()}", None)
            if make is not None:
                make(step)
        for uri in literal_uris(self.document):
            self._put_input(uri)
        return json.dumps(self.document)

    def _give_parameters(self) -> None:
        """Data for parameters that name S3 and say nothing; what `wanted` needs for all others."""
        self.parameters.update({name: str(value) for name, value in self.wanted.parameters.items()})
        empty = {p["Name"] for p in self.document.get("Parameters") or () if p.get("DefaultValue") == ""}
        named = re.findall(r'"S3Uri": \{"Get": "Parameters\.([\w-]+)"\}', json.dumps(self.document["Steps"]))
        self.parameters.update(dict.fromkeys(empty.intersection(named), DATA))
        for parameter in self.document.get("Parameters") or ():
            default = str(parameter.get("DefaultValue"))
            if default.startswith("s3://"):
                self._put_input(default)

    def _make_processing(self, step: dict[str, Any]) -> None:
        files = {**self.wanted.files.get(step["Name"], {})}
        for output, path in _joined_paths(self.document, step["Name"]):
            files.setdefault(output, {})[path] = ROWS
        code = f"ROWS = {ROWS!r}\nFILES = {files!r}\n{PROCESS}"
        entrypoint = step["Arguments"]["AppSpecification"].get("ContainerEntrypoint")
        if entrypoint:
            inputs = step["Arguments"].get("ProcessingInputs") or []
            self._put_script(entrypoint[-1], {i["S3Input"]["LocalPath"]: i["S3Input"]["S3Uri"] for i in inputs}, code)
        else:
            step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["/bin/true"]

    def _make_training(self, step: dict[str, Any]) -> None:
        arguments = step["Arguments"]
        entrypoint = arguments["AlgorithmSpecification"].get("ContainerEntrypoint")
        if entrypoint:
            channels = {
                f"/opt/ml/input/data/{c['ChannelName']}": c["DataSource"]["S3DataSource"]["S3Uri"]
                for c in arguments["InputDataConfig"]
            }
            self._put_script(entrypoint[-1], channels, _train_code())
        else:
            arguments["HyperParameters"] = {**(arguments.get("HyperParameters") or {}), **self._script_mode()}

    def _make_tuning(self, step: dict[str, Any]) -> None:
        definition = step["Arguments"]["TrainingJobDefinition"]
        objective = step["Arguments"]["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["MetricName"]
        definition["StaticHyperParameters"] = {**definition["StaticHyperParameters"], **self._script_mode()}
        metrics = [{"Name": objective, "Regex": "objective=([0-9.]+);"}]
        definition["AlgorithmSpecification"]["MetricDefinitions"] = metrics

    def _make_qualitycheck(self, step: dict[str, Any]) -> None:
        step["SkipCheck"] = True  # no version is registered here whose baseline it could use

    def _make_lambda(self, step: dict[str, Any]) -> None:
        step["FunctionArn"] = self.function

    def _make_callback(self, step: dict[str, Any]) -> None:
        step["SqsQueueUrl"] = self.queue

    def _script_mode(self) -> dict[str, str]:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            code = _train_code().encode()
            member = tarfile.TarInfo("train.py")
            member.size = len(code)
            tar.addfile(member, io.BytesIO(code))
        self._put(f"s3://{BUCKET}/sourcedir.tar.gz", packed.getvalue())
        return {"sagemaker_program": "train.py", "sagemaker_submit_directory": f"s3://{BUCKET}/sourcedir.tar.gz"}

    def _put_script(self, path: str, sources: dict[str, Any], code: str) -> None:
        """Where the job will find it at `path`, which lies below one of the local paths of `sources`."""
        if path.endswith(".sh"):
            code = f"python3 - <<'END'\n{code}\nEND\n"
        folder = max((local for local in sources if path.startswith(f"{local}/")), key=len)
        uri = sources[folder]
        below = path.removeprefix(f"{folder}/")
        self._put(uri if uri.endswith(f"/{below}") else f"{uri.rstrip('/')}/{below}", code)

    def _put_input(self, uri: str) -> None:
        """Some rows at a URI that is an input's, unless something lies there."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        found = {}
        with suppress(ClientError):
            found = self.s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
        if not found.get("Contents"):
            self._put(uri if "." in key.rpartition("/")[2] else f"{uri.rstrip('/')}/data.csv", ROWS)

    def _put(self, uri: str, content: str | bytes) -> None:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        with suppress(ClientError):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_object(Bucket=bucket, Key=key, Body=content.encode() if isinstance(content, str) else content)


def steps_of(steps: list[Any]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield step
        if step["Type"] == "Condition":
            for side in ("IfSteps", "ElseSteps"):
                yield from steps_of(step["Arguments"].get(side) or [])


def literal_uris(document: Any) -> Iterator[str]:
    """What inputs name in S3 without an expression."""
    for step in steps_of(document["Steps"]):
        given = {key: step["Arguments"].get(key) for key in ("ProcessingInputs", "InputDataConfig", "TransformInput")}
        given["trained"] = (step["Arguments"].get("TrainingJobDefinition") or {}).get("InputDataConfig")
        yield from re.findall(r'"S3Uri": "(s3://[^"]+)"', json.dumps(given))


def _joined_paths(document: Any, step: str) -> Iterator[tuple[str, str]]:
    """Outputs of a step, each with a path below it that another step takes its input from."""
    pattern = r'"Steps\.%s\.ProcessingOutputConfig\.Outputs\[\'([^\']+)\'\]\.S3Output\.S3Uri"\}, "([^"]+)"\]'
    yield from re.findall(pattern % re.escape(step), json.dumps(document["Steps"]))


def _train_code() -> str:
    return f"SERVE = {SERVE!r}\n{TRAIN}"


def _harmless(name: str) -> str:
    """What a shell would have put in the place of a variable."""
    return ROLE if name.endswith("ROLE_ARN") else name.lower().replace("_", "-")

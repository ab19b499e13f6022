"""What `analyze.py` reads: tables, captured data, the environment; and what it says of bad ones."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analyze import analyze
from datasets import columns
from monitoring_contract import BadRequestError, Request, read_request
from pipeline_defs.step_code import STEPS
from tables import BadDataError, Problems

CSV = '{"csv": {"header": true}}'
HEADERLESS = '{"csv": {"header": false}}'
LINES = '{"json": {"lines": true}}'
CAPTURED = '{"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}'


def request(folder: Path, form: str, files: dict[str, Any], **changes: str) -> Request:
    for name, content in files.items():
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    given = {"dataset_source": str(folder / "data"), "dataset_format": form, "output_path": str(folder / "out")}
    return read_request({**given, **changes})


def capture(sent: str, answer: str, kind: str = "CSV", at: str = "2026-01-31T05:30:00Z", **more: Any) -> str:
    content_type = {"CSV": "text/csv; charset=utf-8", "JSON": "application/json"}.get(kind, "text/csv")
    record = {
        "captureData": {
            part: {"observedContentType": content_type, "mode": mode, "data": data, "encoding": kind}
            for part, mode, data in (("endpointInput", "INPUT", sent), ("endpointOutput", "OUTPUT", answer))
        },
        "eventMetadata": {"eventId": "f04a8538", "inferenceTime": at},
        "eventVersion": "0",
        **more,
    }
    return json.dumps(record) + "\n"


def read(asked: Request, names: tuple[str, ...] = ()) -> dict[str, list[str]]:
    return columns(asked, names, Problems())


@pytest.mark.parametrize(
    ("form", "files", "expected"),
    [
        (CSV, {"a.csv": "x,y\n1, b\n", "deep/er/b.csv": "y,x\nc,2\n"}, {"x": ["1", "2"], "y": ["b", "c"]}),
        (HEADERLESS, {"a.csv": "1,b\n\n2,\n"}, {"_c0": ["1", "2"], "_c1": ["b", ""]}),
        (LINES, {"a.jsonl": '{"x": 1, "y": null}\n{"z": true, "x": "a"}'},
         {"x": ["1", "a"], "y": ["", ""], "z": ["", "true"]}),
        ('{"json": {"line": "false"}}', {"a.json": '[{"x": 1},\n{"x": 2}]'}, {"x": ["1", "2"]}),
        (CSV, {"a.csv": "x\n1\n", "_SUCCESS": "", ".crc": "?"}, {"x": ["1"]}),
    ],
)  # fmt: skip
def test_tables_become_columns(
    tmp_path: Path, form: str, files: dict[str, str], expected: dict[str, list[str]]
) -> None:
    assert read(request(tmp_path, form, files)) == expected


def test_columns_without_names_take_the_baselines_by_position(tmp_path: Path) -> None:
    asked = request(tmp_path, HEADERLESS, {"a.csv": "1,2,3\n"})
    assert read(asked, ("x", "y")) == {"x": ["1"], "y": ["2"], "_c2": ["3"]}


def test_columns_are_left_out_by_name_and_an_output_at_the_end_comes_first(tmp_path: Path) -> None:
    last = '{"csv": {"header": true, "output_columns_position": "END"}}'
    files = {"a.csv": "x,y,target\n1,2,3\n"}
    assert list(read(request(tmp_path, last, files))) == ["target", "x", "y"]
    assert list(read(request(tmp_path, last, files, excluded_columns="target, y"))) == ["x"]


@pytest.mark.parametrize(
    ("sent", "answer", "kind", "expected"),
    [
        ("1,2\n3,4\n", "0.1\n0.2\n", "CSV", {"_c0": ["0.1", "0.2"], "_c1": ["1", "3"], "_c2": ["2", "4"]}),
        ('{"instances": [[1, 2]]}', '{"predictions": [0.1]}', "JSON", {"_c0": ["0.1"], "_c1": ["1"], "_c2": ["2"]}),
        ('{"x": 1}', '{"score": 0.1}', "JSON", {"score": ["0.1"], "x": ["1"]}),
        ('{"x": 1}\n{"x": 2}', "[[0.1], [0.2]]", "JSON", {"_c0": ["0.1", "0.2"], "x": ["1", "2"]}),
        (base64.b64encode(b"1,2").decode(), base64.b64encode(b"0.1").decode(), "BASE64",
         {"_c0": ["0.1"], "_c1": ["1"], "_c2": ["2"]}),
    ],
)  # fmt: skip
def test_captured_rows_are_the_output_then_the_input(
    tmp_path: Path, sent: str, answer: str, kind: str, expected: dict[str, list[str]]
) -> None:
    path = "prod/AllTraffic/2026/01/31/05/30-00-000-f04a.jsonl"
    assert read(request(tmp_path, CAPTURED, {path: capture(sent, answer, kind)})) == expected


def test_only_what_is_asked_for_of_a_capture_is_read(tmp_path: Path) -> None:
    record = capture("1,2", "9")
    asked = '{"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput"]}}'
    assert read(request(tmp_path, asked, {"a.jsonl": record}), ("x", "y")) == {"x": ["1"], "y": ["2"]}


def test_a_capture_is_cut_at_its_window(tmp_path: Path) -> None:
    """Of a record that doesn't say when it was, or in which zone, nobody knows that it lies outside."""
    times = ["2026-01-31T04:59:59Z", "2026-01-31T05:00:00Z", "2026-01-31T05:59:59Z", "2026-01-31T06:00:00Z"]
    times += ["2026-01-31T07:00:00", "noon"]
    records = "".join(capture(str(position), "0", at=at) for position, at in enumerate(times))
    window = {"start_time": "2026-01-31T05: 00: 00Z", "end_time": "2026-01-31T06:00:00Z"}
    assert read(request(tmp_path, CAPTURED, {"a.jsonl": records}, **window))["_c1"] == ["1", "2", "4", "5"]


def test_captured_records_that_cannot_be_read_are_counted_and_named(tmp_path: Path) -> None:
    image = capture("iVBO", "0").replace("text/csv; charset=utf-8", "image/png").replace('"CSV"', '"BASE64"')
    records = [
        capture("1", "0"),
        "{\n",
        '{"eventVersion": "0"}\n',
        capture("1\n2", "0"),
        capture("?", "[", "JSON"),
        image,
        capture("1", "[" * 200_000, "JSON"),
        capture("1", "9" * 200_000),
    ]
    asked = request(tmp_path, CAPTURED, {"h/a.jsonl": "".join(records)})
    found = analyze(asked, tmp_path).statistics["dataset"]
    assert (found["item_count"], found["unreadable"]["count"]) == (1, 7)
    shown = found["unreadable"]["shown"]
    assert [line.partition(": ")[0] for line in shown] == [f"h/a.jsonl, line {number}" for number in range(2, 7)]
    assert shown[2] == "h/a.jsonl, line 4: 1 and 2 rows in endpointOutput and endpointInput"


@pytest.mark.parametrize(
    ("form", "files", "reason"),
    [
        (CSV, {"a.csv": "x,y\n1,2\n3\n"}, "a.csv, line 3: 1 cells, but the first line has 2"),
        (CSV, {"a.csv": "x,x\n1,2\n"}, "a.csv, line 1: columns that appear more than once: x"),
        (CSV, {"a.csv": b"x\n\xff\n"}, "a.csv, line 1 or later: not UTF-8 text"),
        (CSV, {"a.csv": "x\n"}, "there are no rows in the dataset"),
        (CSV, {}, "there are no rows in the dataset"),
        (LINES, {"a.jsonl": '{"x": 1}\n{'}, "a.jsonl, line 2: not JSON"),
        (LINES, {"a.jsonl": "[1]"}, "a.jsonl, line 1: not a JSON object"),
        (CAPTURED, {"a.jsonl": "{"}, "no rows in the dataset\na.jsonl, line 1: not JSON"),
    ],
)
def test_bad_data_is_told_by_file_and_line(tmp_path: Path, form: str, files: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadDataError) as error:
        read(request(tmp_path, form, files))
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dataset_format": "csv"}, "dataset_format is not JSON"),
        ({"dataset_format": '{"parquet": {}}'}, "is not read here; an object of one of csv, json"),
        ({"output_path": ""}, "output_path is not set"),
        (
            {"analysis_type": "MODEL_BIAS"},
            "'MODEL_BIAS' is not computed here; DATA_QUALITY, MODEL_QUALITY are",
        ),
        ({"analysis_type": "MODEL_QUALITY"}, "problem_type is not set"),
        ({"record_preprocessor_script": "/opt/ml/p.py"}, "record_preprocessor_script: scripts around"),
        ({"post_analytics_processor_script": "/opt/ml/p.py"}, "post_analytics_processor_script: scripts around"),
        ({"exclude_features_attribute": "0"}, "exclude_features_attribute: what is left out"),
        ({"baseline_constraints": "/none.json"}, "baseline_constraints /none.json can't be read: "),
        ({"start_time": "yesterday"}, "start_time 'yesterday' is not a time like"),
        ({"end_time": "2026-01-31T05:00:00"}, "end_time '2026-01-31T05:00:00' has no time zone"),
        ({"probability_threshold_attribute": "half"}, "probability_threshold_attribute 'half' is not a number"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    with pytest.raises(BadRequestError) as error:
        request(tmp_path, CSV, {}, **changes)
    assert reason in str(error.value)


def test_metrics_are_written_as_the_service_publishes_them(tmp_path: Path) -> None:
    known = request(tmp_path / "known", CSV, {"a.csv": "x,kind\n" + "1,a\n" * 500 + "2,b\n" * 500})
    analyze(known, tmp_path / "unused")
    assert not (tmp_path / "unused").exists()
    baseline = {f"baseline_{name}": str(tmp_path / f"known/out/{name}.json") for name in ("statistics", "constraints")}
    asked = request(
        tmp_path / "now", CSV, {"a.csv": "x,kind\n" + "2,a\n" * 500 + "2,\n" * 500},
        publish_cloudwatch_metrics="Enabled", sagemaker_endpoint_name="prod",
        sagemaker_monitoring_schedule_name="hourly", metric_time="2026-01-31T06:00:00Z", **baseline,
    )  # fmt: skip
    analyze(asked, tmp_path / "cloudwatch")
    written = (tmp_path / "cloudwatch/cloudwatch_metrics.jsonl").read_text().splitlines()
    found = {metric["MetricName"]: metric for metric in map(json.loads, written)}
    assert found["feature_data_x"] == {
        "MetricName": "feature_data_x",
        "Timestamp": "2026-01-31T06:00:00Z",
        "Dimensions": [{"Name": "Endpoint", "Value": "prod"}, {"Name": "MonitoringSchedule", "Value": "hourly"}],
        "StatisticValues": {"SampleCount": 1000.0, "Sum": 2000.0, "Minimum": 2.0, "Maximum": 2.0},
    }
    assert found["feature_baseline_drift_x"]["Value"] == pytest.approx(0.5 - 1.8 * (2 / 1000) ** 0.5)
    assert found["feature_non_null_kind"]["Value"] == 0.5
    assert "feature_data_kind" not in found


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("x\n1\n", 0, "Completed: Job completed successfully with no violations."),
        ("x,y\n1\n", 1, "a.csv, line 2: 1 cells, but the first line has 2"),
    ],
)
def test_the_job_ends_with_model_monitors_message_or_with_what_is_wrong(
    tmp_path: Path, text: str, code: int, message: str
) -> None:
    (tmp_path / "a.csv").write_text(text)
    asked = {"dataset_source": str(tmp_path), "dataset_format": CSV, "output_path": str(tmp_path / "out")}
    environment = {**os.environ, **asked, "SAGEMAKER_BASE_DIR": str(tmp_path / "ml")}
    command = [sys.executable, str(STEPS / "analyze.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert (tmp_path / "ml/output/message").read_text() == message
    assert (tmp_path / "out/statistics.json").exists() == (code == 0)

"""Names of inputs, outputs, files and values are held against what a step's script declares."""

import subprocess
import sys

import pytest

from pipeline_defs.scripts import Script, UnknownName, script

COMPILE = """
from dataclasses import replace
from datetime import timedelta
from pipeline_defs.compile import NEUTRAL
from pipeline_defs.offline_sdk import sdk_imports
account = NEUTRAL
with sdk_imports(account.region):
    from pipeline_defs import measuring, training
{}
training.build(account).definition()
"""
REPORT = Script("judge.py", ("rows",), {"report": {"report.json": {"verdict.margin": "number"}}, "rows": {"a.csv": {}}})


def test_a_module_that_is_no_steps_script() -> None:
    with pytest.raises(UnknownName, match=r"metrics\.py doesn't declare READS and WRITES"):
        script("metrics.py")


def test_reading_declarations_runs_no_script() -> None:
    """Their libraries need not be there where pipelines are compiled."""
    code = (
        "import sys; from pipeline_defs.scripts import script; script('evaluate.py');"
        "assert not {'numpy', 'joblib', 'sklearn'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            "training.REPORT = 'report.json'",
            "evaluate.py writes to evaluation no file 'report.json'",
        ),
        ("measuring.EVALUATION = 'verdict'", "evaluate.py writes no output 'verdict'"),
        (
            "account = replace(account, spot_wait=timedelta(hours=5))",
            "TrainOnSpotSeconds (5:00:00), is shorter than the training",
        ),
    ],
)
def test_what_can_only_fail_while_it_runs_does_not_compile(wrong: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", COMPILE.format(wrong)], capture_output=True, text=True, check=False)
    assert said in done.stderr.splitlines()[-1]


def test_a_script_that_is_not_there() -> None:
    with pytest.raises(UnknownName, match=r"there is no script 'evalute\.py' in steps/"):
        script("evalute.py")


@pytest.mark.parametrize(
    ("output", "file", "path", "said"),
    [
        ("reprt", "report.json", "verdict.margin", "judge.py writes no output 'reprt'; it has report, rows"),
        ("report", "eval.json", "verdict.margin", "judge.py writes to report no file 'eval.json'; it has report.json"),
        (
            "report",
            "report.json",
            "verdict.margn",
            "judge.py declares in report/report.json no value 'verdict.margn'; it has verdict.margin",
        ),
        ("rows", "a.csv", "x", "judge.py declares in rows/a.csv no value 'x'; it has none"),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_ones(output: str, file: str, path: str, said: str) -> None:
    with pytest.raises(UnknownName) as error:
        REPORT.json_type(output, file, path)
    assert str(error.value) == said


def test_an_input_that_the_script_does_not_read() -> None:
    REPORT.check_inputs(["rows"])
    with pytest.raises(UnknownName, match=r"judge\.py reads no input 'row'; it has rows"):
        REPORT.check_inputs(["row"])

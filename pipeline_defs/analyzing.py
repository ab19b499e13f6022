"""The steps that look at data, or at predictions beside what came true, by `analyze.py` in Model Monitor's words."""

import json
from collections.abc import Mapping

from pipeline_defs.blocks import Jobs
from pipeline_defs.job_needs import Input, Output, Value
from pipeline_defs.parameters import RunParameters
from pipeline_defs.registering import Baseline
from pipeline_defs.request_step import ScriptStep

SCRIPT = "analyze.py"
BASELINE, REPORT = "baseline", "report"
STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"

TEST_SET = json.dumps({"csv": {"header": True, "output_columns_position": "END"}})
"""As `prepare.py` writes it. The target, last in it, comes first in what is captured: the output, then the input."""
PREDICTIONS = json.dumps({"csv": {"header": True}})
CAPTURED = json.dumps({"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}})


def baseline(
    jobs: Jobs, parameters: RunParameters, name: str, *, dataset: Value, asked: Mapping[str, Value]
) -> ScriptStep:
    """Statistics of a dataset, and the constraints that they suggest. `asked`: see `analyze.py`."""
    return jobs.processing(
        name,
        SCRIPT,
        machines=parameters.processing_machines(),
        inputs={"dataset": Input(uri=dataset)},
        outputs=[Output(BASELINE)],
        environment={**_folders(BASELINE), **asked},
    )


def made(step: ScriptStep) -> Baseline:
    """What `baseline` left behind."""
    return Baseline(statistics=step.file(BASELINE, STATISTICS), constraints=step.file(BASELINE, CONSTRAINTS))


def compare(
    jobs: Jobs,
    parameters: RunParameters,
    *,
    dataset: Value,
    baseline: Baseline,
    report_uri: Value,
    asked: Mapping[str, Value],
) -> ScriptStep:
    """The same of a dataset, and what of it violates a baseline's constraints, in a folder of the caller's."""
    inputs = {"statistics": baseline.statistics, "constraints": baseline.constraints}
    files = {"baseline_statistics": ("statistics", STATISTICS), "baseline_constraints": ("constraints", CONSTRAINTS)}
    return jobs.processing(
        "Analyze",
        SCRIPT,
        machines=parameters.processing_machines(),
        inputs={"dataset": Input(uri=dataset), **{name: Input(uri=uri) for name, uri in inputs.items()}},
        outputs=[Output(REPORT, uri=report_uri)],
        environment={
            **_folders(REPORT),
            **{name: f"/opt/ml/processing/input/{folder}/{file}" for name, (folder, file) in files.items()},
            **asked,
        },
    )


def _folders(output: str) -> dict[str, str]:
    return {
        "dataset_source": "/opt/ml/processing/input/dataset",
        "output_path": f"/opt/ml/processing/output/{output}",
    }

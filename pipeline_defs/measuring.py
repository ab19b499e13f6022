"""The steps by which every pipeline measures a model: rows out of the landed files, and a report with a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from sagemaker.core.workflow.functions import Join

from pipeline_defs.blocks import Jobs
from pipeline_defs.job_needs import Input, Output, Value
from pipeline_defs.parameters import MeasuringParameters
from pipeline_defs.request_step import ScriptStep

EVALUATION, REPORT = "evaluation", "evaluation.json"
PREDICTIONS = "predictions"
SAMPLE, SAMPLE_ARCHIVE = "sample", "sample.tar.gz"

TRAINING_AND_TEST_SET = 0.25
"""The test set's share, where a model is trained on the rest."""
ONLY_A_TEST_SET = 1.0


@dataclass(frozen=True, kw_only=True)
class Rival:
    """The champion, which a model is measured beside. Its archive may be a file of another name: then there is none."""

    archive: Value
    tolerance: Value
    """How much worse than it a model may be, in the metric's unit."""


def prepare(jobs: Jobs, parameters: MeasuringParameters, *, test_share: float) -> ScriptStep:
    """Outputs: `test` and, unless all rows go there, `train`."""
    return jobs.processing(
        "Prepare",
        "prepare.py",
        machines=parameters.processing_machines(),
        inputs={"data": Input(uri=parameters.data_manifest, data_type="ManifestFile")},
        outputs=[Output("test")] if test_share == ONLY_A_TEST_SET else [Output("train"), Output("test")],
        arguments=[
            *("--target", parameters.target),
            *("--features", parameters.features),
            *("--problem-type", parameters.problem_type),
            *("--test-share", f"{test_share:g}"),
        ],
    )


def evaluate(
    jobs: Jobs,
    parameters: MeasuringParameters,
    *,
    model: Value,
    test: Value,
    rival: Rival | None = None,
    report_uri: Value | None = None,
    about: Mapping[str, Value] | None = None,
) -> ScriptStep:
    """Outputs: `evaluation`, with `evaluation.json` in it, `predictions`, and `sample`: a request for the model.

    `model`: URI of a `model.tar.gz`. `report_uri`: S3 folder for the former, by default one of the execution's own.
    `about`: what else the report should say, with at most 256 characters in a name and its value.
    """
    facts = [Join(on="=", values=[name, value]) for name, value in (about or {}).items()]
    return jobs.processing(
        "Evaluate",
        "evaluate.py",
        machines=parameters.processing_machines(),
        inputs={
            "model": Input(uri=model),
            "test": Input(uri=test),
            **({"champion": Input(uri=rival.archive)} if rival else {}),
        },
        outputs=[Output(EVALUATION, uri=report_uri), Output(PREDICTIONS), Output(SAMPLE)],
        arguments=[
            *("--metric", parameters.metric_name),
            *("--direction", parameters.metric_direction),
            *("--bar", parameters.metric_bar.to_string()),
            *(["--tolerance", rival.tolerance] if rival else []),
            *(["--about", *facts] if facts else []),
        ],
    )

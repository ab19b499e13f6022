"""The steps by which every pipeline measures a model: rows out of the landed files, and a report with a verdict."""

from collections.abc import Mapping
from datetime import timedelta

from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.properties import PropertyFile

from pipeline_defs.blocks import Input, Jobs, Output, Value
from pipeline_defs.parameters import Parameters
from pipeline_defs.request_step import RequestStep

REPORT = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")

TRAINING_AND_TEST_SET = 0.25
"""The test set's share, where a model is trained on the rest."""
ONLY_A_TEST_SET = 1.0


def prepare(jobs: Jobs, parameters: Parameters, *, test_share: float) -> RequestStep:
    """Outputs: `test` and, unless all rows go there, `train`."""
    return jobs.processing(
        "Prepare",
        "prepare.py",
        instance_type=parameters.processing_instance_type,
        max_runtime=timedelta(hours=1),
        inputs={"data": Input(uri=parameters.data_manifest, data_type="ManifestFile")},
        outputs=[Output("test")] if test_share == ONLY_A_TEST_SET else [Output("train"), Output("test")],
        arguments=[
            *("--target", parameters.target),
            *("--features", parameters.features),
            *("--test-share", f"{test_share:g}"),
        ],
    )


def evaluate(
    jobs: Jobs,
    parameters: Parameters,
    *,
    model: Value,
    test: Value,
    report_uri: Value | None = None,
    about: Mapping[str, Value] | None = None,
) -> RequestStep:
    """Output: `evaluation`, with `evaluation.json` in it.

    `model`: URI of a `model.tar.gz`. `report_uri`: S3 folder for the output, by default one of the execution's own.
    `about`: what else the report should say, with at most 256 characters in a name and its value.
    """
    facts = [Join(on="=", values=[name, value]) for name, value in (about or {}).items()]
    return jobs.processing(
        "Evaluate",
        "evaluate.py",
        instance_type=parameters.processing_instance_type,
        max_runtime=timedelta(hours=1),
        inputs={"model": Input(uri=model), "test": Input(uri=test)},
        outputs=[Output(REPORT.output_name, uri=report_uri)],
        arguments=[
            *("--metric", parameters.metric_name),
            *("--direction", parameters.metric_direction),
            *("--bar", parameters.metric_bar.to_string()),
            *(["--about", *facts] if facts else []),
        ],
        report=REPORT,
    )

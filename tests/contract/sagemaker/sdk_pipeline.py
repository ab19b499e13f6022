"""A pipeline as the SDK makes it, compiled, upserted, started, described and waited for by the SDK.

In the SDK's process: see `sdk_client.py`.
"""

from pathlib import Path
from typing import Any

from pipeline_defs.offline_sdk import TELEMETRY_OFF
from tests.contract.sagemaker.definitions import IMAGE

NAME = "MadeBySDK"
SCRIPT = """
import pathlib, sys, helper
assert sys.argv[1:] == ["--word", "hello"], sys.argv
pathlib.Path("/opt/ml/processing/output/said.txt").write_text(helper.shout("hello"))
"""
HELPER = "def shout(word):\n    return word.upper()\n"


def run(bucket: str, role: str, folder: Path) -> dict[str, Any]:
    """The steps as they ended, what the last function returned, and what the SDK says of pipeline and execution."""
    from sagemaker.core.processing import FrameworkProcessor
    from sagemaker.core.shapes import ProcessingOutput, ProcessingS3Output
    from sagemaker.core.workflow.pipeline_context import PipelineSession
    from sagemaker.mlops.workflow.function_step import step
    from sagemaker.mlops.workflow.pipeline import Pipeline
    from sagemaker.mlops.workflow.steps import ProcessingStep

    session = PipelineSession(default_bucket=bucket, sagemaker_config=TELEMETRY_OFF)
    machine = {"image_uri": IMAGE, "role": role, "instance_type": "ml.m5.large"}

    def double(a: int) -> dict[str, int]:
        return {"doubled": 2 * a}

    (folder / "say.py").write_text(SCRIPT)
    (folder / "helper.py").write_text(HELPER)
    processor = FrameworkProcessor(
        image_uri=IMAGE, role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session
    )
    target = ProcessingS3Output(
        s3_uri=f"s3://{bucket}/said", local_path="/opt/ml/processing/output", s3_upload_mode="EndOfJob"
    )
    arguments = processor.run(
        code="say.py",
        source_dir=str(folder),
        arguments=["--word", "hello"],
        outputs=[ProcessingOutput(output_name="said", s3_output=target)],
    )
    function = step(double, name="double", **machine)(3)
    processing = ProcessingStep(name="Say", step_args=arguments)
    pipeline = Pipeline(name=NAME, steps=[processing, function], sagemaker_session=session)
    pipeline.upsert(role_arn=role)
    execution = pipeline.start()
    execution.wait(delay=1, max_attempts=120)
    return {
        "pipeline": pipeline.describe()["PipelineStatus"],
        "execution": execution.describe()["PipelineExecutionStatus"],
        "steps": {each["StepName"]: each["StepStatus"] for each in execution.list_steps()},
        "returned": execution.result("double"),
    }

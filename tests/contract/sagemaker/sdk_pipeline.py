"""A pipeline as the SDK makes it, compiled, started and waited for by the SDK: `python -m … <bucket> <role> <folder>`.

In a process of its own: the SDK reads where AWS is from the environment, and takes seconds to import. Prints the steps
and what the last function returned.
"""

import json
import sys
from pathlib import Path

from pipeline_defs.offline_sdk import TELEMETRY_OFF
from tests.contract.sagemaker.definitions import IMAGE

SCRIPT = """
import pathlib, sys, helper
assert sys.argv[1:] == ["--word", "hello"], sys.argv
pathlib.Path("/opt/ml/processing/output/said.txt").write_text(helper.shout("hello"))
"""
HELPER = "def shout(word):\n    return word.upper()\n"


def main(bucket: str, role: str, folder: Path) -> None:
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
    pipeline = Pipeline(name="MadeBySDK", steps=[processing, function], sagemaker_session=session)
    pipeline.upsert(role_arn=role)
    execution = pipeline.start()
    execution.wait(delay=1, max_attempts=120)
    steps = {each["StepName"]: each["StepStatus"] for each in execution.list_steps()}
    print(json.dumps({"steps": steps, "returned": execution.result("double")}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

"""Fail steps: an execution ended on purpose."""

from pointsman.local.sagemaker.errors import StepFailedError
from pointsman.local.sagemaker.references import as_text
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun


class FailStep:
    def run(self, run: StepRun) -> StepEnd:
        message = run.resolve(run.step.arguments.get("ErrorMessage"))
        text = "" if message is None else as_text(message)
        run.record({"Fail": {"ErrorMessage": text}})
        raise StepFailedError(text)

    def properties(self, metadata: Shape) -> Shape:
        return dict(metadata)

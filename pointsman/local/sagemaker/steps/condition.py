"""Condition steps. Their branches' steps are steps of their own; the engine starts those of the side taken."""

from pointsman.local.sagemaker import conditions
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun


class ConditionStep:
    def run(self, run: StepRun) -> StepEnd:
        run.record({})
        outcome = conditions.holds(run.step.arguments["Conditions"], run.resolve)
        return StepEnd(metadata={"Condition": {"Outcome": str(outcome)}})

    def properties(self, metadata: Shape) -> Shape:
        # Listed as "True", but joined as `true`: the value itself is a boolean.
        return {"Outcome": metadata["Condition"]["Outcome"] == "True"}

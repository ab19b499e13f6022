"""What of a step must be unchanged for an earlier result of it to be taken over. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html. Everything else may change: instance types,
outputs, limits. S3 URIs are compared as text, never what lies there.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.shapes import Shape

# Attributes of a step's arguments; one that is itself a mapping is compared by some of its own.
type Attributes = Mapping[str, "Attributes | None"]


def _whole(*names: str) -> Attributes:
    return dict.fromkeys(names)


_JOB = _whole("AppSpecification", "Environment", "ProcessingInputs")
_TUNED = _whole(
    "AlgorithmSpecification", "HyperParameterRanges", "InputDataConfig", "StaticHyperParameters", "TuningObjective"
)
_AUTO_ML = _whole("CompletionCriteria", "CandidateGenerationConfig", "DataSplitConfig", "Mode")
_ARGUMENTS: Mapping[str, Attributes] = {
    "Processing": _JOB,
    "Training": _whole(
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
    "Tuning": {
        **_whole("HyperParameterTuningJobConfig", "TrainingJobDefinitions"),
        "TrainingJobDefinition": _TUNED,
    },
    "AutoML": {**_whole("AutoMLJobObjective", "InputDataConfig", "ProblemType"), "AutoMLJobConfig": _AUTO_ML},
    "Transform": _whole("DataProcessing", "Environment", "ModelName", "TransformInput"),
    # Documented by the SDK's names for them, CheckJobConfig and the check's own configuration: these are what the SDK
    # makes of both.
    "ClarifyCheck": _JOB,
    "QualityCheck": _JOB,
    "EMR": _whole("ClusterId", "StepConfig"),
}
# Checks say the rest beside their arguments.
_CHECK = ("CheckType", "SkipCheck", "RegisterNewBaseline", "ModelPackageGroupName", "SuppliedBaselineConstraints")
_BESIDE = {"ClarifyCheck": _CHECK, "QualityCheck": (*_CHECK, "SuppliedBaselineStatistics")}


def key(step: Step, resolve: Callable[[Any], Any]) -> str | None:
    """Equal for runs of a step that may stand for each other; None for types whose results are never taken over."""
    attributes = _ARGUMENTS.get(step.type)
    if attributes is None:
        return None
    compared = {
        "arguments": resolve(_of(step.arguments, attributes)),
        "beside": resolve({name: step.body[name] for name in _BESIDE.get(step.type, ()) if name in step.body}),
    }
    return hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).hexdigest()


def _of(value: Shape, attributes: Attributes) -> Shape:
    found = {}
    for name, parts in attributes.items():
        item = value.get(name)
        compared = _of(item, parts) if parts and isinstance(item, dict) else item
        if compared not in (None, {}, []):
            found[name] = compared
    return found

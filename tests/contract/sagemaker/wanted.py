"""What must be found in reports and parameters for all conditions of a definition to turn out one way."""

import json
from dataclasses import dataclass, field
from typing import Any

from pointsman.local.sagemaker import paths
from pointsman.local.sagemaker.definition import Definition

_MIRRORED = {
    "GreaterThan": "LessThan",
    "GreaterThanOrEqualTo": "LessThanOrEqualTo",
    "LessThan": "GreaterThan",
    "LessThanOrEqualTo": "GreaterThanOrEqualTo",
}
# What to add to the other side's number for a comparison to hold, and for it not to.
_OFFSETS = {
    "Equals": (0, 1),
    "GreaterThan": (1, 0),
    "GreaterThanOrEqualTo": (0, -1),
    "LessThan": (-1, 0),
    "LessThanOrEqualTo": (0, 1),
}


@dataclass
class Wanted:
    """`files`: texts by step, output and file; `outcomes`: of the conditions that can be decided."""

    definition: Definition
    outcome: bool
    parameters: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    outcomes: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for step in self.definition.steps.values():
            if step.type == "Condition":
                decided = [self._decide(each, outcome=self.outcome) for each in step.arguments["Conditions"]]
                self.outcomes[step.name] = self.outcome if any(decided) else True
        for step in self.definition.steps.values():
            for file in step.property_files.values():  # also those that nobody reads
                self.files.setdefault(step.name, {}).setdefault(file.output_name, {}).setdefault(file.file_path, "{}")

    def _decide(self, condition: Any, *, outcome: bool) -> bool:
        """Whether the condition depends on anything."""
        if condition["Type"] == "Not":
            return self._decide(condition["Condition"], outcome=not outcome)
        if condition["Type"] == "Or":
            decided = [self._decide(each, outcome=outcome) for each in condition["Conditions"]]
            return any(decided)
        kind, left, right = condition["Type"], condition["LeftValue"], condition["RightValue"]
        if not _is_report(left) and (_is_report(right) or not isinstance(left, dict)):
            kind, left, right = _MIRRORED.get(kind, kind), right, left
        if not isinstance(left, dict):
            return False
        constant = self._default(right) if isinstance(right, dict) else right
        value = constant + _OFFSETS[kind][0 if outcome else 1]
        if _is_report(left):
            self._report(left["Std:JsonGet"], value)
        else:
            self.parameters[left["Get"].removeprefix("Parameters.")] = value
        return True

    def _default(self, expression: Any) -> Any:
        return self.definition.parameters[expression["Get"].removeprefix("Parameters.")].default

    def _report(self, found: Any, value: Any) -> None:
        _, step, _, name = found["PropertyFile"]["Get"].split(".", 3)
        file = self.definition.steps[step].property_files[name]
        files = self.files.setdefault(step, {}).setdefault(file.output_name, {})
        document = json.loads(files.get(file.file_path, "{}"))
        here = document
        *parents, last = paths.parse(found["Path"])
        for segment in parents:
            here = here.setdefault(segment, {})
        here[last] = value
        files[file.file_path] = json.dumps(document)


def _is_report(value: Any) -> bool:
    return isinstance(value, dict) and "Std:JsonGet" in value

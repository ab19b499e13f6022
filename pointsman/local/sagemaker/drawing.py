"""A definition drawn as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html. Pure."""

from collections.abc import Iterator

from pointsman.local.sagemaker.definition import Definition, Step, Trigger

_SHAPES = {"Condition": ("{", "}"), "Fail": ("([", "])")}
_SHAPE = ("[", "]")


def mermaid(definition: Definition) -> str:
    """Dependencies as arrows; from a condition, `true` and `false` lead to the steps of its branches."""
    identities = {name: f"s{number}" for number, name in enumerate(definition.steps)}
    lines = ["flowchart TD"]
    for step in definition.steps.values():
        opening, closing = _SHAPES.get(step.type, _SHAPE)
        lines.append(f'    {identities[step.name]}{opening}"{step.name}<br/>{step.type}"{closing}')
    for step in definition.steps.values():
        for source, label in _arrows(step):
            arrow = f"-->|{label}|" if label else "-->"
            lines.append(f"    {identities[source]} {arrow} {identities[step.name]}")
    return "\n".join(lines) + "\n"


def _arrows(step: Step) -> Iterator[tuple[str, str]]:
    if step.branch is not None:
        yield step.branch.condition, str(step.branch.outcome).lower()
    for dependency in step.dependencies:
        yield dependency.step, "" if dependency.trigger is Trigger.COMPLETED else f"if {dependency.trigger}"

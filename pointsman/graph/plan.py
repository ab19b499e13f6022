"""The order of a pipeline's steps for people. Pure."""

from rich.console import Group, RenderableType
from rich.text import Text

from pointsman.drawing import status_text, titled
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.planning import Plan


def plan_table(name: str, definition: Definition, plan: Plan) -> RenderableType:
    """Waves one after the other, the steps of each side by side; then what isn't reached, and how it would end."""
    table = titled("", "wave", "steps")
    for number, wave in enumerate(plan.waves, 1):
        table.add_row(str(number), ", ".join(wave))
    left = [step for step in definition.steps if step not in plan.steps]
    lines = [Text(f"not reached: {', '.join(left)}", style="dim")] if left else []
    return Group(
        f"{name}: {len(plan.steps)} of {len(definition.steps)} steps",
        table,
        *lines,
        Text("ends ").append_text(status_text(plan.status)),
    )

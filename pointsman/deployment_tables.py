"""How people see deployments."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from control_plane.records import Deployment
from pointsman.drawing import age, outcome_text
from pointsman.versions import short as version


def deployment_list(deployments: Sequence[Deployment]) -> RenderableType:
    """Like a log, as decisions are. Fits any width."""
    if not deployments:
        return Text("no deployments yet", style="dim")
    return Group(*map(deployment_entry, deployments))


def deployment_entry(deployment: Deployment) -> Text:
    request, ended = deployment.request, deployment.ended_at
    entry = outcome_text(str(deployment.outcome or ("ROLLING_BACK" if request.is_rollback else "DEPLOYING")))
    what = f"  {request.model}  {version(request.package)} on {request.endpoint}  {age(deployment.started_at)} ago"
    took = f", took {(ended - deployment.started_at).total_seconds():.0f} s" if ended else ", under way"
    entry.append(what + took, style="default")
    if request.instead_of:
        entry.append(f"\n    instead of {version(request.instead_of)}", style="default")
    entry.append(f"\n    configuration {request.config}\n    decision {deployment.id}", style="dim")
    return entry

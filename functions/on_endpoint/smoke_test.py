"""How a deployment ended, by the endpoint's word and then by its answer to the version's own sample payload."""

from control_plane.actions import Conclude, Skip
from control_plane.deployments import Choice, deploy_request
from control_plane.endpoints import Answer
from control_plane.errors import UnreadableArchive
from control_plane.ports import ControlPlane
from control_plane.records import Deployment, DeployRequest, Model
from control_plane.standings import known_package
from on_endpoint.decide import Untested, decide_end, decide_tested


def end_of(deployment: Deployment, model: Model, plane: ControlPlane) -> Conclude | Skip:
    """The sample is sent once for each time that somebody looks: usually once."""
    action = decide_end(deployment, plane.endpoints.describe(deployment.request.endpoint))
    if isinstance(action, Skip) or not action.serves:
        return action
    answer = smoke_test(deployment.request, plane)
    failed = isinstance(answer, Answer) and not answer.is_good
    return decide_tested(action, deployment.request, answer, in_use_before(model, plane) if failed else None)


def smoke_test(request: DeployRequest, plane: ControlPlane) -> Answer | Untested:
    """Raises what SageMaker couldn't do: then nothing is known of the version, and a retry or a tick asks again."""
    if request.is_rollback:
        return Untested("what an endpoint goes back to was in use")
    package = known_package(request.package, plane)
    sample = package.sample_uri if package else None
    if package is None or sample is None:
        return Untested("it has no sample payload")
    if not sample.startswith(f"s3://{plane.artifact_bucket}/pipelines/"):
        return Untested(f"its sample payload {sample} isn't where pipelines write")
    try:
        body = plane.objects.unpack(sample)
    except UnreadableArchive as error:
        return Untested(f"its sample payload can't be read: {error}")
    if body is None:
        return Untested(f"its sample payload {sample} is gone")
    return plane.endpoints.invoke(request.endpoint, body, package.content_type)


def in_use_before(model: Model, plane: ControlPlane) -> DeployRequest | None:
    """The champion as it was deployed; one that wasn't by us, as its spec would have it now."""
    champion, serving = model.champion, model.spec.deployment
    if champion is None:
        return None
    known = (deployment.request for deployment in plane.ledger.deployments(model.spec.model))
    found = next((request for request in known if request.config == champion.config), None)
    package = known_package(champion.package, plane) if found is None else None
    if found or serving is None or package is None:
        return found
    return deploy_request(model.spec, serving, Choice(package, "", chosen_at=champion.chosen_at))

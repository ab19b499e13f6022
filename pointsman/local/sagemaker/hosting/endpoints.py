"""Operations on endpoints. What they begin, `deployments` carries out."""

from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.hosting import events, traffic, variants
from pointsman.local.sagemaker.hosting.deployments import Deployments
from pointsman.local.sagemaker.hosting.endpoint_configs import EndpointConfigs
from pointsman.local.sagemaker.hosting.fleet import new_fleet_id
from pointsman.local.sagemaker.hosting.named import ENDPOINT, Named
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


class Endpoints:
    """In the form of DescribeEndpoint. `active` and `pending` are what serves and what is to: a fleet and its config.

    Both hold the configuration itself with its containers, so neither its deletion nor that of a model matters.
    """

    def __init__(self, account: Account, configs: EndpointConfigs, deployments: Deployments) -> None:
        self._account = account
        self._configs = configs
        self._deployments = deployments
        self._named = Named(account, ENDPOINT)

    def create(self, request: Shape) -> Shape:
        name, at = request["EndpointName"], times.now()
        with self._account.store.transaction():
            pending = self._wanted(request["EndpointConfigName"], request.get("DeploymentConfig", {}))
            body = {
                "EndpointName": name,
                "EndpointConfigName": request["EndpointConfigName"],
                "EndpointStatus": "Creating",
                "CreationTime": at,
                "LastModifiedTime": at,
                "LastDeploymentConfig": request.get("DeploymentConfig"),
                "pending": pending,
                "PendingDeploymentSummary": variants.pending(pending["config"], at),
            }
            arn = self._named.add(body, request.get("Tags"))
            self._publish(name)
        self._deployments.begin(name)
        return {"EndpointArn": arn}

    def update(self, request: Shape) -> Shape:
        name, at = request["EndpointName"], times.now()
        with self._account.store.transaction():
            endpoint = self._in_service(name)
            deployment = _deployment(request, endpoint)
            pending = self._wanted(request["EndpointConfigName"], deployment)
            if request.get("RetainAllVariantProperties"):
                excluded = {each["VariantPropertyType"] for each in request.get("ExcludeRetainedVariantProperties", ())}
                pending["config"] = variants.retained(pending["config"], endpoint["ProductionVariants"], excluded)
                variants.check_weights(pending["config"])
            self._named.change(
                name,
                EndpointStatus="Updating",
                FailureReason=None,
                LastModifiedTime=at,
                LastDeploymentConfig=deployment or None,
                pending=pending,
                PendingDeploymentSummary=variants.pending(pending["config"], at),
            )
            self._publish(name)
        self._deployments.begin(name)
        return {"EndpointArn": endpoint["EndpointArn"]}

    def weigh(self, request: Shape) -> Shape:
        """UpdateEndpointWeightsAndCapacities: the same processes with other weights."""
        name = request["EndpointName"]
        desired = {each["VariantName"]: each for each in request["DesiredWeightsAndCapacities"]}
        with self._account.store.transaction():
            endpoint = self._in_service(name)
            active = endpoint["active"]
            if unknown := desired.keys() - variants.weights(active["config"]).keys():
                raise ValidationError(f"Production variants not found: {', '.join(sorted(unknown))}.")
            config = variants.changed(active["config"], desired)
            variants.check_weights(config)
            pending = {"fleet": active["fleet"], "config": config}
            self._named.change(
                name, EndpointStatus="Updating", FailureReason=None, LastModifiedTime=times.now(), pending=pending
            )
            self._publish(name)
        self._deployments.begin(name)
        return {"EndpointArn": endpoint["EndpointArn"]}

    def delete(self, request: Shape) -> Shape:
        name = request["EndpointName"]
        with self._account.store.transaction():
            self._check_unmonitored(self._idle(name))
            self._named.change(name, EndpointStatus="Deleting", LastModifiedTime=times.now())
            self._publish(name)
        self._deployments.begin(name)
        return {}

    def describe(self, request: Shape) -> Shape:
        return self._named.find(request["EndpointName"])

    def list_page(self, request: Shape) -> Shape:
        return self._named.page(request)

    def _idle(self, name: str) -> Shape:
        endpoint = self._named.find(name)
        if endpoint["EndpointStatus"] in _IN_PROGRESS:
            raise ValidationError(f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}".')
        return endpoint

    def _check_unmonitored(self, endpoint: Shape) -> None:
        """Its monitoring schedules must be deleted first: https://sagemaker.readthedocs.io, "Delete the resources"."""
        for schedule in self._account.store.items(Kind.MONITORING_SCHEDULE):
            if schedule.get("EndpointName", "").lower() == endpoint["EndpointName"].lower():
                raise ValidationError(
                    f'Cannot delete endpoint "{endpoint["EndpointArn"]}" while monitoring schedule'
                    f' "{schedule["MonitoringScheduleArn"]}" monitors it.'
                )

    def _in_service(self, name: str) -> Shape:
        endpoint = self._idle(name)
        if endpoint["EndpointStatus"] != "InService":
            raise ValidationError(
                f'Cannot update endpoint "{endpoint["EndpointArn"]}" in status {endpoint["EndpointStatus"]}.'
            )
        return endpoint

    def _wanted(self, config_name: str, deployment: Shape) -> dict[str, Any]:
        config = self._configs.resolved(config_name)
        traffic.plan(deployment, variants.instances(config))  # refused now rather than when it is due
        return {"fleet": new_fleet_id(), "config": config, "deployment": deployment}

    def _publish(self, name: str) -> None:
        self._account.publish(events.endpoint_changed(self._named.find(name), self._named.tags(name)))


def _deployment(request: Shape, endpoint: Shape) -> Shape:
    deployment: Shape = request.get("DeploymentConfig", {})
    if not request.get("RetainDeploymentConfig"):
        return deployment
    if deployment:
        raise ValidationError("DeploymentConfig cannot be specified when RetainDeploymentConfig is true.")
    return endpoint.get("LastDeploymentConfig", {})  # type: ignore[no-any-return]

"""Hosting put together, started and stopped."""

from pathlib import Path

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.hosting.alarms import Alarms
from pointsman.local.sagemaker.hosting.capture_files import CaptureFiles
from pointsman.local.sagemaker.hosting.deployments import Deployments
from pointsman.local.sagemaker.hosting.endpoint_configs import EndpointConfigs
from pointsman.local.sagemaker.hosting.endpoints import Endpoints
from pointsman.local.sagemaker.hosting.invocations import Invocations
from pointsman.local.sagemaker.hosting.metrics import Metrics
from pointsman.local.sagemaker.hosting.model_server import Site
from pointsman.local.sagemaker.hosting.models import Models
from pointsman.local.sagemaker.hosting.roll_out import Watch
from pointsman.local.sagemaker.hosting.routes import Routes
from pointsman.local.sagemaker.job_logs import LogShipper
from pointsman.local.sagemaker.registry import Registry
from pointsman.local.sagemaker.s3_transfer import Transfers


class Hosting:
    def __init__(
        self,
        account: Account,
        root: Path,
        *,
        registry: Registry,
        transfers: Transfers,
        logs: LogShipper,
        surroundings: Surroundings,
        time_scale: float,
    ) -> None:
        """`root`: the folder of the models' folders."""
        routes = Routes()
        watch = Watch(Alarms(surroundings), time_scale)
        self._captured, self._metrics = CaptureFiles(transfers, time_scale), Metrics(surroundings)
        site = Site(root, transfers, logs, surroundings)
        self._deployments = Deployments(account, site, self._captured, routes, watch)
        self.models = Models(account, registry, transfers)
        self._configs = EndpointConfigs(account, self.models)
        self._endpoints = Endpoints(account, self._configs, self._deployments)
        self.invocations = Invocations(account, routes, self._metrics)

    def operations(self) -> dict[str, Operation]:
        """By the API's name for them."""
        models, configs, endpoints = self.models, self._configs, self._endpoints
        return {
            "CreateModel": models.create,
            "DescribeModel": models.describe,
            "ListModels": models.list_page,
            "DeleteModel": models.delete,
            "CreateEndpointConfig": configs.create,
            "DescribeEndpointConfig": configs.describe,
            "ListEndpointConfigs": configs.list_page,
            "DeleteEndpointConfig": configs.delete,
            "CreateEndpoint": endpoints.create,
            "DescribeEndpoint": endpoints.describe,
            "ListEndpoints": endpoints.list_page,
            "UpdateEndpoint": endpoints.update,
            "UpdateEndpointWeightsAndCapacities": endpoints.weigh,
            "DeleteEndpoint": endpoints.delete,
        }

    def start(self) -> None:
        """Returns at once; requests to endpoints wait until their processes answer."""
        self._captured.start()
        self._metrics.start()
        self._deployments.resume()

    def halt(self) -> None:
        self._deployments.halt()
        self._captured.stop()
        self._metrics.stop()

"""The processes that serve one endpoint configuration, one per variant."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

from pointsman.local.sagemaker.hosting import variants
from pointsman.local.sagemaker.hosting.capture import Capture, is_enabled
from pointsman.local.sagemaker.hosting.capture_files import CaptureFiles
from pointsman.local.sagemaker.hosting.model_server import ModelServer, Site
from pointsman.local.sagemaker.hosting.routes import Target
from pointsman.local.sagemaker.shapes import Shape


def new_fleet_id() -> str:
    return secrets.token_hex(8)


class Fleet:
    def __init__(self, site: Site, files: CaptureFiles, endpoint: str, deployed: Shape) -> None:
        """`deployed`: `fleet`, its id, and `config`, with the container of each variant's model."""
        config = deployed["config"]
        self._weights = variants.weights(config)
        captured = config.get("DataCaptureConfig")
        self.servers = [
            ModelServer(
                site,
                endpoint,
                deployed["fleet"],
                variant,
                Capture(captured, endpoint, variant, files) if is_enabled(captured) else None,
            )
            for variant in config["ProductionVariants"]
        ]

    @property
    def role(self) -> str | None:
        """What its models act as; one for all, as far as alarms are concerned."""
        return self.servers[0].role

    def targets(self, share: float) -> list[Target]:
        """Its servers, when it has this share of the endpoint's traffic; none of them when that is nothing."""
        if not share:
            return []
        total = sum(self._weights.values())
        return [Target(server, share, self._weights[server.variant] / total) for server in self.servers]

    def weigh(self, config: Shape) -> None:
        """The variants' weights are from now on those of the configuration."""
        self._weights = variants.weights(config)

    def start(self, halting: threading.Event) -> None:
        """Returns when every variant is healthy. Raises DeploymentFailedError, InterruptedRunError."""
        with ThreadPoolExecutor(len(self.servers)) as pool:
            for started in [pool.submit(server.start, halting) for server in self.servers]:
                started.result()

    def has_crashed(self) -> bool:
        """Whether any of its processes ended by itself since it was healthy."""
        return any(server.restarts for server in self.servers)

    def end(self, *, halt: bool = False) -> None:
        for server in self.servers:
            server.end(halt=halt)
            if server.capture is not None:
                server.capture.flush()

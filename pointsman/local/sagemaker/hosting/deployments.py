"""An endpoint's way from one status to the next, each on a thread of its own, resumed after whatever ended us."""

import logging
import threading
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import DeploymentFailedError, InterruptedRunError
from pointsman.local.sagemaker.hosting import capture, events, variants
from pointsman.local.sagemaker.hosting.capture_files import CaptureFiles
from pointsman.local.sagemaker.hosting.fleet import Fleet
from pointsman.local.sagemaker.hosting.model_server import Site
from pointsman.local.sagemaker.hosting.named import ENDPOINT, Named
from pointsman.local.sagemaker.hosting.roll_out import RollOut, Watch
from pointsman.local.sagemaker.hosting.routes import Routes
from pointsman.local.sagemaker.shapes import Shape

logger = logging.getLogger(__name__)
# As long as SageMaker lets an invocation take.
_DRAIN_SECONDS = 60.0
_REASON_LENGTH = 1024


class Deployments:
    def __init__(self, account: Account, site: Site, files: CaptureFiles, routes: Routes, watch: Watch) -> None:
        self._account = account
        self._named = Named(account, ENDPOINT)
        self._site = site
        self._files = files
        self._routes = routes
        self._watch = watch
        self._serving: dict[str, Fleet] = {}
        self._running: set[Fleet] = set()
        self._threads: dict[str, threading.Thread] = {}

    def resume(self) -> None:
        """What was under way goes on, and what was in service serves again, under the processes of this life."""
        for endpoint in self._named.all():
            if endpoint["EndpointStatus"] != "Failed":
                self.begin(endpoint["EndpointName"])

    def halt(self) -> None:
        self._watch.halting.set()
        for thread in list(self._threads.values()):
            thread.join(timeout=10)
        for fleet in list(self._running):
            fleet.end(halt=True)

    def begin(self, name: str) -> None:
        """Carries the endpoint on from the status that it is in; after a halt, the next start does."""
        if self._watch.halting.is_set():
            return
        previous = self._threads.get(name.lower())
        thread = threading.Thread(target=self._carry_on, args=[name, previous], name=f"endpoint-{name}", daemon=True)
        self._threads[name.lower()] = thread
        thread.start()

    def _carry_on(self, name: str, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()
        if self._watch.halting.is_set():
            return
        endpoint = self._named.find(name)
        steps = {"Creating": self._create, "Updating": self._update, "Deleting": self._delete}
        try:
            steps.get(endpoint["EndpointStatus"], self._revive)(endpoint)
        except InterruptedRunError:
            logger.debug("%s goes on at the next start", name)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the endpoint's status tells of it
            self._settle(name, "Failed", FailureReason=_reason(name, error))

    def _create(self, endpoint: Shape) -> None:
        self._revive({**endpoint, "active": endpoint["pending"]})
        self._in_service(endpoint["EndpointName"], endpoint["pending"])

    def _revive(self, endpoint: Shape) -> None:
        name = endpoint["EndpointName"]
        fleet = self._started(name, endpoint["active"])
        self._serving[name.lower()] = fleet
        self._routes.direct(name, fleet.targets(1.0))

    def _update(self, endpoint: Shape) -> None:
        name, pending = endpoint["EndpointName"], endpoint["pending"]
        if name.lower() not in self._serving:
            self._revive(endpoint)
        if pending["fleet"] == endpoint["active"]["fleet"]:
            self._weigh(name, pending)
            return
        old, new = self._serving[name.lower()], None
        try:
            new = self._started(name, pending)
            self._roll_out(endpoint, old, new)
        except InterruptedRunError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, what served before goes on serving
            self._routes.direct(name, old.targets(1.0))
            if new is not None:
                self._retire(new)
            self._settle(name, "InService", FailureReason=_reason(name, error))
        else:
            self._serving[name.lower()] = new
            self._retire(old)
            self._in_service(name, pending)

    def _weigh(self, name: str, pending: Shape) -> None:
        fleet = self._serving[name.lower()]
        fleet.weigh(pending["config"])
        self._routes.direct(name, fleet.targets(1.0))
        self._in_service(name, pending)

    def _delete(self, endpoint: Shape) -> None:
        name = endpoint["EndpointName"]
        self._routes.remove(name)
        fleet = self._serving.pop(name.lower(), None)
        if fleet is not None:
            self._retire(fleet)
        self._named.remove(name)

    def _roll_out(self, endpoint: Shape, old: Fleet, new: Fleet) -> None:
        name, pending = endpoint["EndpointName"], endpoint["pending"]
        summary = endpoint["PendingDeploymentSummary"]
        for phase in RollOut(pending["deployment"], variants.instances(pending["config"]), self._watch).phases(new):
            self._routes.direct(name, [*old.targets(1.0 - phase.share), *new.targets(phase.share)])
            entered = variants.entered(summary, pending["config"], phase.share, phase.status, phase.message)
            with self._account.store.transaction():
                changed = self._named.change(name, PendingDeploymentSummary=entered)
                self._account.publish(events.deployment_changed(changed, self._named.tags(name)))

    def _started(self, name: str, deployed: Shape) -> Fleet:
        fleet = Fleet(self._site, self._files, name, deployed)
        self._running.add(fleet)
        try:
            fleet.start(self._watch.halting)
        except DeploymentFailedError:
            self._end(fleet)
            raise
        return fleet

    def _retire(self, fleet: Fleet) -> None:
        """Nobody's request is lost: those it has are answered first. Raises InterruptedRunError."""
        self._routes.drain(fleet.servers, _DRAIN_SECONDS, self._watch.halting)
        self._end(fleet)

    def _end(self, fleet: Fleet) -> None:
        fleet.end()
        self._running.discard(fleet)

    def _in_service(self, name: str, deployed: Shape) -> None:
        config = deployed["config"]
        self._settle(
            name,
            "InService",
            EndpointConfigName=config["EndpointConfigName"],
            ProductionVariants=variants.serving(config),
            DataCaptureConfig=capture.summary(config.get("DataCaptureConfig")),
            active={"fleet": deployed["fleet"], "config": config},
        )

    def _settle(self, name: str, status: str, **members: Any) -> None:
        """The end of an operation, in one transaction with its event."""
        settled = {"pending": None, "PendingDeploymentSummary": None, "LastModifiedTime": times.now()}
        with self._account.store.transaction():
            endpoint = self._named.change(name, EndpointStatus=status, **{**settled, **members})
            self._account.publish(events.endpoint_changed(endpoint, self._named.tags(name)))


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, DeploymentFailedError):
        return str(error)[:_REASON_LENGTH]
    logger.error("%s ends by an internal error", name, exc_info=error)
    return "InternalServerError: We encountered an internal error. Please try again."

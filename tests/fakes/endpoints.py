"""`Endpoints` in memory. What SageMaker does to them in its own time, `settle` and `roll_back`, stands beside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from control_plane.endpoints import Answer, Endpoint, Variant
from control_plane.errors import CallError, CallRefused, EndpointBusy
from control_plane.records import DeployRequest


@dataclass
class FakeEndpoints:
    """`asked` are the requests that were taken, oldest first; `unavailable` is what new ones are answered with.

    `made` are the configurations that there are, each with the model that it serves; `models` those that there are.

    `invoked` are the requests for predictions: endpoint, body and type; `answers` by version, else 200.
    """

    now: Callable[[], datetime]
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    asked: list[DeployRequest] = field(default_factory=list)
    unavailable: CallError | None = None
    alarms: set[str] = field(default_factory=set)
    made: dict[str, str] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    configs: dict[str, list[Variant]] = field(default_factory=dict)
    invoked: list[tuple[str, bytes, str]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    def describe(self, name: str) -> Endpoint | None:
        return self.endpoints.get(name)

    def variants(self, config: str) -> list[Variant]:
        return self.configs.get(config, [])

    def missing_alarms(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in self.alarms]

    def create(self, request: DeployRequest) -> None:
        if request.endpoint in self.endpoints:
            raise EndpointBusy(f"{request.endpoint} exists")
        self._take(request, "Creating", active=request.config)

    def update(self, request: DeployRequest) -> None:
        known = self.endpoints.get(request.endpoint)
        if known is None:
            raise CallRefused(f"no endpoint {request.endpoint}")
        if not known.has_settled:
            raise EndpointBusy(f"{request.endpoint} is {known.status}")
        self._take(request, "Updating", active=known.config)

    def discard(self, configs: Sequence[str], models: Sequence[str]) -> None:
        """As nobody should, it deletes what is in use: tests see whether it is."""
        self.made = {name: model for name, model in self.made.items() if name not in configs}
        self.models -= set(models)

    def invoke(self, name: str, body: bytes, content_type: str) -> Answer:
        known = self.endpoints.get(name)
        if known is None:
            return Answer(400, f"Endpoint {name} not found.")
        self.invoked.append((name, body, content_type))
        (package,) = {request.package for request in self.asked if request.config == known.config}
        return self.answers.get(package, Answer(200))

    def settle(self, name: str) -> None:
        """What is on its way has arrived."""
        known = self.endpoints[name]
        self._become(known, "InService", known.coming or known.config)

    def roll_back(self, name: str, why: str = "ping failed") -> None:
        """An update goes back in silence; a creation fails."""
        known = self.endpoints[name]
        status = "Failed" if known.status == "Creating" else "InService"
        self._become(replace(known, failure=why), status, known.config)

    def _take(self, request: DeployRequest, status: str, active: str) -> None:
        if self.unavailable:
            raise self.unavailable
        self.asked.append(request)
        self.made[request.config] = request.served_model
        self.models.add(request.served_model)
        self.configs[request.config] = [Variant("AllTraffic", request.served_model, (request.package,))]
        self.endpoints[request.endpoint] = Endpoint(request.endpoint, status, active, request.config, self.now())

    def _become(self, known: Endpoint, status: str, config: str) -> None:
        changed = replace(known, status=status, config=config, coming=None, modified_at=self.now())
        self.endpoints[known.name] = changed

"""By which monitors a champion's endpoint is watched, and what they are called. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from control_plane.clock import stamp
from control_plane.models import ModelSpec
from control_plane.monitored import Monitor
from control_plane.policies import DriftKind
from control_plane.records import Model, Watched
from control_plane.registry import Package

_NAME_LIMIT = 63
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LabelsPlan:
    """Where labels are, and of which time: records from `since` to `until` before a run. Both in hours."""

    uri: str
    since: int
    until: int
    problem_type: str
    prediction: str
    probability: str | None


@dataclass(frozen=True, slots=True)
class MonitorPlan:
    """A monitoring schedule of an endpoint, and the job definition that it is to run.

    `statistics` and `constraints` are URIs of the version's baseline; of predictions there are no statistics.
    """

    model: str
    kind: DriftKind
    schedule: str
    definition: str
    endpoint: str
    expression: str
    instance_type: str
    constraints: str
    statistics: str | None = None
    labels: LabelsPlan | None = None

    @property
    def watched(self) -> Watched:
        return Watched(kind=self.kind, schedule=self.schedule, definition=self.definition)


def wanted_watch(model: Model) -> str | None:
    """What the endpoint is to be watched by, as an id that is the same for the same; None for nothing."""
    spec, champion = model.spec, model.champion
    if champion is None or champion.config is None or spec.deployment is None or spec.monitor.kind == "none":
        return None  # one without a configuration was approved before the model had an endpoint: none serves it yet
    said = [champion.package, stamp(champion.since), spec.deployment.endpoint, _settings(spec.monitor)]
    return hashlib.sha256(" ".join(said).encode()).hexdigest()[:24]


def is_watched_as_wanted(model: Model) -> bool:
    """As far as the ledger knows. Where nothing is wanted, nothing may be left."""
    wanted = wanted_watch(model)
    if wanted is None:
        return model.watch is None or not model.watch.monitors
    return model.watch is not None and model.watch.id == wanted


def kinds_of(monitor: Monitor) -> tuple[DriftKind, ...]:
    """Those that a spec asks for."""
    return (DriftKind.DATA_QUALITY, *((DriftKind.MODEL_QUALITY,) if monitor.labels else ()))


def plans_of(spec: ModelSpec, package: Package) -> Iterator[MonitorPlan]:
    """One for each kind that is asked for and that the version has a baseline of."""
    if spec.deployment is None:
        return
    for kind in kinds_of(spec.monitor):
        if baseline := package.baselines.get(kind):
            quality = kind is DriftKind.MODEL_QUALITY
            yield MonitorPlan(
                model=spec.model,
                kind=kind,
                schedule=schedule_name(spec.deployment.endpoint, kind),
                definition=_definition_name(spec, package, kind),
                endpoint=spec.deployment.endpoint,
                expression=spec.monitor.expression,
                instance_type=spec.monitor.instance,
                constraints=baseline.constraints,
                statistics=None if quality else baseline.statistics,
                labels=_labels(spec) if quality else None,
            )


def schedule_name(endpoint: str, kind: DriftKind) -> str:
    """`pointsman-churn-prod-data-quality`; a long endpoint's name is cut, and hex digits tell it from others."""
    tail = f"-{kind.replace('_', '-')}"
    return _cut(f"pointsman-{endpoint}", tail, digest=hashlib.sha256(endpoint.encode()).hexdigest()[:8])


def _definition_name(spec: ModelSpec, package: Package, kind: DriftKind) -> str:
    """It never changes, so its name says all that is in it."""
    baseline = package.baselines[kind]
    endpoint = spec.deployment.endpoint if spec.deployment else ""
    said = [package.arn, kind, endpoint, _settings(spec.monitor), baseline.constraints, baseline.statistics or ""]
    digest = hashlib.sha256(" ".join(said).encode()).hexdigest()[:12]
    return _cut(f"pointsman-{endpoint}", f"-{package.version}-{digest}")


def _cut(name: str, tail: str, digest: str = "") -> str:
    if len(name + tail) <= _NAME_LIMIT:
        return name + tail
    tail = f"-{digest}{tail}" if digest else tail
    return name[: _NAME_LIMIT - len(tail)].rstrip("-") + tail


def _labels(spec: ModelSpec) -> LabelsPlan | None:
    """A run looks at records whose labels have had their time, each at one run."""
    labels = spec.monitor.labels
    if labels is None:
        return None
    until = labels.within // _HOUR
    return LabelsPlan(
        uri=f"s3://{spec.data.bucket}/{labels.prefix.rstrip('/')}",
        since=until + spec.monitor.every // _HOUR,
        until=until,
        problem_type=labels.problem_type,
        prediction=labels.prediction,
        probability=labels.probability,
    )


def _settings(monitor: Monitor) -> str:
    """What stands in our monitors; others' schedules and alarms don't."""
    return monitor.model_dump_json(include={"kind", "every", "instance", "labels"})

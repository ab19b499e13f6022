"""The state of a control plane and of the AWS around it, as a file tells it: for plans that need no AWS."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from control_plane.endpoints import Endpoint, Variant
from control_plane.fields import Strict
from control_plane.models import ModelSpec
from control_plane.monitors import MonitorRun
from control_plane.ports import Execution
from control_plane.records import ArrivalWindow, Decision, Deployment, Due, Model, Run
from control_plane.registry import Package
from pointsman.errors import BadRequest
from pointsman.rehearsal.ledger import InMemoryLedger
from pointsman.spec_files import load_specs


class StateFile(Strict):
    """What there is at `now`. `like` names another state's file, whose fields hold where this one has none.

    Of a model, `spec` is the name of its file, beside this one; the rest is as in `Model`. `objects` maps S3 URIs to
    what lies there: text, or a document that is JSON there; `variants` endpoint configurations to what they serve.
    `alarms` are the names of those that exist.
    """

    now: datetime
    data_bucket: str
    artifact_bucket: str
    models: Sequence[Mapping[str, Any]] = ()
    decisions: Sequence[Decision] = ()
    runs: Sequence[Run] = ()
    deployments: Sequence[Deployment] = ()
    windows: Sequence[ArrivalWindow] = ()
    packages: Sequence[Package] = ()
    executions: Sequence[Execution] = ()
    endpoints: Sequence[Endpoint] = ()
    variants: Mapping[str, Sequence[Variant]] = {}
    monitor_runs: Sequence[MonitorRun] = ()
    objects: Mapping[str, Any] = {}
    alarms: Sequence[str] = ()
    folder: Path = Field(Path(), exclude=True)

    @classmethod
    def read(cls, path: Path) -> "StateFile":
        """YAML, or JSON, which is YAML, too. Raises BadRequest, and InvalidSpec for a model's file."""
        try:
            told = TypeAdapter(cls).validate_python({**_document(path.resolve(), ()), "folder": path.parent})
            told.ledger()  # what can't be in one should be told of here
        except OSError as error:
            raise BadRequest(f"{path}: {error.strerror}") from error
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise BadRequest(f"{path}: {wrong}") from error
        except (yaml.YAMLError, AttributeError, TypeError, UnicodeDecodeError) as error:
            raise BadRequest(f"{path}: expected the state of a control plane, in YAML: {error}") from error
        return told

    def ledger(self) -> InMemoryLedger:
        """A new one that holds all of it."""
        made = InMemoryLedger()
        told: Iterable[Due] = (*self._models(), *self.decisions, *self.runs, *self.deployments, *self.windows)
        for record in told:
            made.put(record)
        return made

    def _models(self) -> Iterator[Model]:
        if any("spec" not in state for state in self.models):
            raise BadRequest("models: each needs `spec`, the name of its file")
        paths = [self.folder / state["spec"] for state in self.models]
        specs = load_specs(paths, {"DataBucket": self.data_bucket})
        for path, state in zip(paths, self.models, strict=True):
            spec: ModelSpec = specs[path]
            yield Model.model_validate({"since": self.now, **state, "spec": spec, "revision": spec.revision})


def _document(path: Path, above: Sequence[Path]) -> dict[str, Any]:
    """With what it is like beneath it. Raises BadRequest where that is itself."""
    if path in above:
        raise BadRequest(f"{path}: it is like itself")
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    like = document.pop("like", None)
    return {**_document((path.parent / like).resolve(), (*above, path)), **document} if like else document

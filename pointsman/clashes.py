"""What a spec claims that another model has, folders and names of AWS: told before anything is written."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from control_plane.models import ModelSpec
from pointsman.environment import Environment
from pointsman.spec_files import place

type Field = tuple[str, ...]
# Where in the file a name of `ModelSpec.claims` stands, by its kind.
_FIELDS: dict[str, Field] = {
    "endpoint": ("deployment", "endpoint"),
    "schedule": ("monitor", "schedules"),
    "alarm": ("monitor", "alarms"),
}


def clashes(environment: Environment, specs: Mapping[Path, ModelSpec]) -> list[str]:
    """A line for each claim of these files that another of them makes too, or that a model of the ledger has."""
    return [*_among_files(specs), *_with_the_ledger(environment, specs)]


def _among_files(specs: Mapping[Path, ModelSpec]) -> Iterator[str]:
    claimed: dict[str, Path] = {}
    for path, spec in specs.items():
        for what, field in _claims(spec).items():
            first = claimed.setdefault(what, path)
            if first != path:
                yield f"{place(path, field)}: {what} is also claimed by {first}"


def _with_the_ledger(environment: Environment, specs: Mapping[Path, ModelSpec]) -> Iterator[str]:
    by_model = {spec.model: (path, spec) for path, spec in specs.items()}
    for path, spec in specs.items():
        for what, owner in _owners(environment, spec).items():
            if owner == spec.model:
                continue
            giver, its = by_model.get(owner, (None, None))
            gives_up = its is not None and what not in _claims(its)
            how = f", and {giver} gives it up: apply that file alone first" if gives_up else ""
            yield f"{place(path, _claims(spec)[what])}: {what} is model {owner}'s already{how}"


def _owners(environment: Environment, spec: ModelSpec) -> Mapping[str, str]:
    """Of what the spec claims, by what it is called here. One request for the folders, one for the names."""
    bucket, ledger = spec.data.bucket, environment.ledger
    routes = ledger.routes(bucket, {source.prefix for source in spec.data.sources.values()})
    names = ledger.owners(spec.claims)
    return {_folder(bucket, prefix): route.model for prefix, route in routes.items()} | {
        _name(claim): owner for claim, owner in names.items()
    }


def _claims(spec: ModelSpec) -> Mapping[str, Field]:
    """By what people call it: the field that claims it."""
    folders: dict[str, Field] = {
        _folder(spec.data.bucket, source.prefix): ("data", purpose, "prefix")
        for purpose, source in spec.data.sources.items()
    }
    return folders | {_name(claim): _field(claim) for claim in spec.claims}


def _folder(bucket: str, prefix: str) -> str:
    return f"s3://{bucket}/{prefix}"


def _name(claim: str) -> str:
    return claim.replace("/", " ", 1)


def _field(claim: str) -> Field:
    """Of schedules and alarms, the file has the names as keys."""
    kind, _, name = claim.partition("/")
    return _FIELDS[kind] if kind == "endpoint" else (*_FIELDS[kind], name)

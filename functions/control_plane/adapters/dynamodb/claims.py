"""What a spec makes its model's alone: the folders of its data, and names of AWS. Two models can't have the same."""

from collections.abc import Collection, Mapping
from functools import partial

from control_plane.adapters.dynamodb import items, keys
from control_plane.adapters.dynamodb.table import Delete, Item, Put, Write
from control_plane.errors import LedgerConflict, NameTaken
from control_plane.models import ModelSpec


def claims(spec: ModelSpec, before: Collection[str]) -> list[Write]:
    """Claim what the spec names and release what it has given up of the keys that it had."""
    wanted = _wanted(spec)
    return [
        *(_claim(spec.model, what, item) for what, item in wanted.values()),
        *(Write(Delete(pk)) for pk in before if pk not in wanted),
    ]


def claimed_keys(spec: ModelSpec) -> list[str]:
    """Kept beside the spec: what it claims must be known, to be released, when a later version can't read it."""
    return list(_wanted(spec))


def _wanted(spec: ModelSpec) -> Mapping[str, tuple[str, Item]]:
    """By key: what it is, in words, and the item that says so."""
    routes = {keys.route_key(route.bucket, route.source.prefix): route for route in items.routes_of(spec)}
    names = {keys.name_key(name): name for name in spec.claims}
    return {
        pk: (f"s3://{route.bucket}/{route.source.prefix}", {"pk": pk, "body": route.model_dump_json()})
        for pk, route in routes.items()
    } | {pk: (name, {"pk": pk, "name": name}) for pk, name in names.items()}


def _claim(model: str, what: str, item: Item) -> Write:
    return Write(
        Put({**item, "claimed_by": model}),
        "attribute_not_exists(pk) OR claimed_by = :model",
        {":model": model},
        partial(_taken, what),
    )


def _taken(what: str, found: Item | None) -> LedgerConflict:
    return NameTaken(f"{what} is model {found['claimed_by'] if found else '?'}'s already")

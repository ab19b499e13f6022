"""Models with their routes: what `pointsman apply` writes and rooms read."""

import json
from collections.abc import Collection

from pydantic import ValidationError

from control_plane.adapters.dynamodb import items, keys, transactions
from control_plane.adapters.dynamodb.rows import Rows
from control_plane.adapters.dynamodb.table import Update, Write
from control_plane.errors import Superseded, UnknownModel, UnreadableSpec
from control_plane.models import ModelSpec
from control_plane.records import Model, Paused, Route


class ModelRows(Rows):
    """The part of `Ledger` about models."""

    def apply(self, spec: ModelSpec) -> None:
        known = self._table.get(keys.model_key(spec.model)) or {}
        before = json.loads(str(known.get("claimed_keys", "[]")))
        self._table.write(
            Write(
                Update(
                    keys.model_key(spec.model),
                    "SET spec = :spec, revision = :revision, claimed_keys = :claimed, "
                    "history = :history, history_rank = :rank",
                ),
                values={
                    ":spec": spec.model_dump_json(),
                    ":revision": spec.revision,
                    ":claimed": json.dumps(transactions.claimed_keys(spec)),
                    ":history": keys.MODELS,
                    ":rank": spec.model,
                },
            ),
            *transactions.routes(spec, before),
        )

    def model(self, name: str) -> Model:
        item = self._table.get(keys.model_key(name))
        if item is None:
            raise UnknownModel(f"no model {name!r}; `pointsman apply` puts models into the ledger")
        try:
            return items.model_of(item)
        except ValidationError as error:
            raise UnreadableSpec(f"model {name}: {items.one_line(error)}; apply its spec again") from error

    def models(self) -> list[Model]:
        return [items.model_of(item) for item in self._history(keys.MODELS, newest=False)]

    def pause(self, model: str, paused: Paused) -> None:
        self._change(model, "SET paused = :paused", {":paused": paused.model_dump_json()})

    def resume(self, model: str) -> None:
        self._change(model, "REMOVE paused", {})

    def routes(self, bucket: str, folders: Collection[str]) -> dict[str, Route]:
        found = self._table.get_many([keys.route_key(bucket, folder) for folder in sorted(folders)])
        # One model's field that this version doesn't know mustn't fail a batch of all models' arrivals; who acts on the
        # spec itself will refuse it.
        routes = [Route.model_validate_json(str(item["body"]), extra="ignore") for item in found]
        return {route.source.prefix: route for route in routes}

    def _change(self, model: str, expression: str, values: dict[str, str]) -> None:
        unknown = UnknownModel(f"no model {model!r}")
        try:
            key = keys.model_key(model)
            self._table.update(Write(Update(key, expression), "attribute_exists(pk)", values, transactions.superseded))
        except Superseded:
            raise unknown from None

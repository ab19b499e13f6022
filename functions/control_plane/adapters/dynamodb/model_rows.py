"""Models with their routes: what `pointsman apply` writes and rooms read."""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from control_plane.adapters.dynamodb import drifts, items, keys, transactions
from control_plane.adapters.dynamodb.claims import claimed_keys, claims
from control_plane.adapters.dynamodb.rows import Rows
from control_plane.adapters.dynamodb.table import Update, Write
from control_plane.clock import stamp
from control_plane.errors import Superseded, UnknownModel, UnreadableSpec
from control_plane.models import ModelSpec
from control_plane.policies import DriftKind
from control_plane.records import Drift, Model, Paused, Route


class ModelRows(Rows):
    """The part of `Ledger` about models."""

    def apply(self, spec: ModelSpec, now: datetime) -> None:
        pk = keys.model_key(spec.model)
        known = self._table.get(pk) or {}
        before = json.loads(str(known.get("claimed_keys", "[]")))
        values = {
            ":spec": spec.model_dump_json(),
            ":revision": spec.revision,
            ":claimed": json.dumps(claimed_keys(spec)),
            ":history": keys.MODELS,
            ":rank": spec.model,
            ":shard": keys.due_shard(pk),
            ":now": stamp(now),
        }
        changes = (
            "SET spec = :spec, revision = :revision, claimed_keys = :claimed, history = :history, "
            "history_rank = :rank, since = if_not_exists(since, :now), due_shard = :shard, due_at = :now"
        )
        unchanged = "claimed_keys = :before" if "claimed_keys" in known else "attribute_not_exists(claimed_keys)"
        if "claimed_keys" in known:
            values[":before"] = str(known["claimed_keys"])
        own = Write(Update(pk, changes), unchanged, values, transactions.superseded)
        self._table.write(own, *claims(spec, before))

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

    def owners(self, names: Collection[str]) -> dict[str, str]:
        found = self._table.get_many([keys.name_key(name) for name in sorted(set(names))])
        return {str(item["name"]): str(item["claimed_by"]) for item in found}

    def note_drift(self, model: str, drift: Drift) -> None:
        with suppress(Superseded):
            self._table.update(drifts.drifted(model, drift))

    def note_no_drift(self, model: str, kind: DriftKind, *, source: str | None, at: datetime) -> None:
        with suppress(Superseded):
            self._table.update(drifts.recovered(model, kind, source, at))

    def looked_after(
        self, model: Model, approvals: Mapping[str, str], *, heard_until: datetime, again: datetime
    ) -> None:
        seen = {
            ":approvals": json.dumps(approvals),
            ":until": stamp(heard_until),
            ":again": stamp(again),
            ":revision": model.revision,
        }
        what = "SET approvals = :approvals, heard_until = :until, due_at = :again"
        change = Update(keys.model_key(model.spec.model), what)
        with suppress(Superseded):
            self._table.update(Write(change, "revision = :revision", seen, transactions.superseded))

    def _change(self, model: str, expression: str, values: dict[str, str]) -> None:
        unknown = UnknownModel(f"no model {model!r}")
        try:
            key = keys.model_key(model)
            self._table.update(Write(Update(key, expression), "attribute_exists(pk)", values, transactions.superseded))
        except Superseded:
            raise unknown from None

"""`History` on the ledger's table. The fleet's lists are the `timeline` index, which has keys alone."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from control_plane.adapters.dynamodb import items, keys
from control_plane.adapters.dynamodb.rows import Rows
from control_plane.adapters.dynamodb.table import Item
from control_plane.clock import stamp
from control_plane.policies import Purpose
from control_plane.records import ArrivalWindow, Decision, Deployment, Model, Run, UnreadableModel


class DynamoDBHistory(Rows):
    """Needs dynamodb:GetItem, BatchGetItem, and Query on the indexes `history` and `timeline`."""

    def models(self) -> Iterator[Model | UnreadableModel]:
        for page in self._table.pages("history", "history = :of", {":of": keys.MODELS}, newest=False):
            yield from (_model_of(item) for item in page)

    def decisions(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Decision]:
        found = self._of(keys.decisions_of(model), since) if model else self._fleets(keys.DECISIONS, since)
        return map(items.decision_of, found)

    def runs(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Run]:
        found = self._of(keys.runs_of(model), since) if model else self._fleets(keys.RUNS, since)
        return map(items.run_of, found)

    def deployments(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Deployment]:
        found = self._of(keys.deployments_of(model), since) if model else self._fleets(keys.DEPLOYMENTS, since)
        return map(items.deployment_of, found)

    def windows(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[ArrivalWindow]:
        if model is None:
            return map(items.window_of, self._fleets(keys.WINDOWS, since))
        found = self._table.get_many([keys.open_window_key(model, purpose) for purpose in Purpose])
        windows = [window for item in found if (window := items.window_of(item)) and _is_since(window, since)]
        return iter(sorted(windows, key=lambda window: window.opened_at, reverse=True))

    def _of(self, history: str, since: datetime | None) -> Iterator[Item]:
        for page in self._pages("history", history, since):
            yield from page

    def _fleets(self, timeline: str, since: datetime | None) -> Iterator[Item]:
        """In the index's order; what DynamoDB's TTL has removed meanwhile is left out."""
        for page in self._pages("timeline", timeline, since):
            places = [str(item["pk"]) for item in page]
            found = {str(item["pk"]): item for item in self._table.get_many(places)}
            yield from (found[place] for place in places if place in found)

    def _pages(self, index: str, of: str, since: datetime | None) -> Iterator[list[Item]]:
        if since is None:
            return self._table.pages(index, f"{index} = :of", {":of": of}, newest=True)
        condition = f"{index} = :of AND history_rank >= :since"
        return self._table.pages(index, condition, {":of": of, ":since": stamp(since)}, newest=True)


def _is_since(window: ArrivalWindow, since: datetime | None) -> bool:
    return since is None or window.opened_at >= since


def _model_of(item: Item) -> Model | UnreadableModel:
    """One model that can't be read must not hide the others."""
    try:
        return items.model_of(item)
    except ValidationError as error:
        return UnreadableModel(name=str(item["history_rank"]), why=items.one_line(error))

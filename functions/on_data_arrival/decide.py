"""Which arrivals to hold in which window, and which concern nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from control_plane.actions import Hold, Skip
from control_plane.events import ObjectCreated
from control_plane.manifests import is_data
from control_plane.outcomes import Outcome
from control_plane.records import Route


def decide(event: ObjectCreated, routes: Mapping[str, Route]) -> Hold | Skip:
    """Hold what belongs to a model: whether it starts a run is decided when its window closes, by `on_tick`."""
    route = next((routes[folder] for folder in event.folders if folder in routes), None)
    if route is None:
        return Skip(Outcome.SKIPPED_NO_MODEL, f"s3://{event.bucket}/{event.key} is in no model's folder")
    if is_data(event.key, manifest=None, exclude=route.exclude):
        complete = event.key.rpartition("/")[2] == route.source.close.manifest
        return Hold(route, event.identity, arrivals=1, complete=complete)
    why = "is a folder marker" if event.key.endswith("/") else "matches an exclusion"
    return Skip(Outcome.SKIPPED_EXCLUDED, f"s3://{event.bucket}/{event.key} {why} of model {route.model}", route.model)


def merge(holds: Iterable[Hold]) -> list[Hold]:
    """One hold per window, so that the number of writes doesn't grow with the number of objects."""
    by_window: dict[tuple[str, str], list[Hold]] = defaultdict(list)
    for hold in holds:
        by_window[hold.route.model, hold.route.purpose].append(hold)
    return [
        Hold(
            group[0].route,
            group[0].first_event,
            arrivals=sum(hold.arrivals for hold in group),
            complete=any(hold.complete for hold in group),
        )
        for group in by_window.values()
    ]

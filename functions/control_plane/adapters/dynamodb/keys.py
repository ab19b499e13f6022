"""Where each record lies.

The table has one key, `pk`, and three sparse indexes:

- `due` (`due_shard`, `due_at`): what time will bring; an item without a due time isn't in it.
- `history` (`history`, `history_rank`): what people list, by model.
- `timeline` (`timeline`, `history_rank`): what people list of the fleet: decisions, runs, deployments, open windows.

| record          | pk                              | history           | due                                  |
|-----------------|---------------------------------|-------------------|--------------------------------------|
| model           | MODEL#model                     | MODELS            | when it is to be looked after        |
| route           | ROUTE#bucket/folder/            | -                 | -                                    |
| claimed name    | NAME#endpoint/name and the like | -                 | -                                    |
| window, open    | WINDOW#model#purpose            | -                 | when it closes                       |
| window, sealed  | WINDOW#model#purpose#id         | -                 | at once                              |
| decision        | DECISION#id                     | DECISIONS#model   | while begun or deferred              |
| data claim      | DATA#model#purpose#fingerprint  | -                 | -                                    |
| run             | RUN#arn                         | RUNS#model        | while it runs                        |
| deployment      | DEPLOYMENT#decision             | DEPLOYMENTS#model | while it is under way                |
"""

from zlib import crc32

from control_plane.policies import Purpose
from control_plane.records import ArrivalWindow, Decision, Deployment, Due, Model, Run, Unreadable

# Each takes a thousand writes a second; on_tick asks every one every minute, so there are no more than it takes.
DUE_SHARDS = tuple(str(shard) for shard in range(4))
MODELS = "MODELS"
# One partition each: it takes a thousand writes a second, and there is one per decision, not per event.
DECISIONS, RUNS, DEPLOYMENTS, WINDOWS = "DECISIONS", "RUNS", "DEPLOYMENTS", "WINDOWS"


def model_key(name: str) -> str:
    return f"MODEL#{name}"


def route_key(bucket: str, folder: str) -> str:
    return f"ROUTE#{bucket}/{folder}"


def name_key(name: str) -> str:
    return f"NAME#{name}"


def open_window_key(model: str, purpose: Purpose) -> str:
    return f"WINDOW#{model}#{purpose}"


def window_key(window: ArrivalWindow) -> str:
    """An open window has one place per model and purpose, so that whoever notes an arrival needn't know its id."""
    place = open_window_key(window.model, window.purpose)
    return f"{place}#{window.id}" if window.sealed else place


def decision_key(decision_id: str) -> str:
    return f"DECISION#{decision_id}"


def decisions_of(model: str | None) -> str:
    return f"DECISIONS#{model or '-'}"


def data_key(model: str, purpose: Purpose, fingerprint: str) -> str:
    return f"DATA#{model}#{purpose}#{fingerprint}"


def run_key(arn: str) -> str:
    return f"RUN#{arn}"


def runs_of(model: str) -> str:
    return f"RUNS#{model}"


def deployment_key(deployment_id: str) -> str:
    return f"DEPLOYMENT#{deployment_id}"


def deployments_of(model: str) -> str:
    return f"DEPLOYMENTS#{model}"


def due_key(item: Due) -> str:
    match item:
        case ArrivalWindow():
            return window_key(item)
        case Decision():
            return decision_key(item.id)
        case Run():
            return run_key(item.arn)
        case Deployment():
            return deployment_key(item.id)
        case Model():
            return model_key(item.spec.model)
        case Unreadable():
            return item.place


def due_shard(pk: str) -> str:
    return DUE_SHARDS[crc32(pk.encode()) % len(DUE_SHARDS)]

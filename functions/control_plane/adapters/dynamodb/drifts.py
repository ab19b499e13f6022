"""Drift on the model's item, three attributes for each kind: the drift, when there last was a word on it, and whose.

Words come in any order, so each is written on conditions about the words before it and not on what somebody read.
"""

from datetime import datetime

from control_plane.adapters.dynamodb import keys
from control_plane.adapters.dynamodb.table import Update, Write
from control_plane.adapters.dynamodb.transactions import superseded
from control_plane.clock import stamp
from control_plane.policies import DriftKind
from control_plane.records import Drift

_EVERYBODY = "*"  # instead of a source: who looked for all drift of a kind


def drifted(model: str, drift: Drift) -> Write:
    """Over a later word, too, unless that could know: another's drift doesn't say that this one is over."""
    kind = drift.kind
    told, teller = f"drift_told_{kind}", f"drift_teller_{kind}"
    elsewhere = f"({teller} <> :teller AND {teller} <> :everybody)"
    return Write(
        Update(keys.model_key(model), f"SET drift_{kind} = :drift, {told} = :at, {teller} = :teller"),
        f"attribute_exists(pk) AND (attribute_not_exists({told}) OR {told} <= :at OR {elsewhere})",
        {
            ":drift": drift.model_dump_json(),
            ":at": stamp(drift.found_at),
            ":teller": drift.source,
            ":everybody": _EVERYBODY,
        },
        superseded,
    )


def recovered(model: str, kind: DriftKind, source: str | None, at: datetime) -> Write:
    drift, told, teller = f"drift_{kind}", f"drift_told_{kind}", f"drift_teller_{kind}"
    own = f" AND (attribute_not_exists({drift}) OR {teller} = :teller)" if source else ""
    return Write(
        Update(keys.model_key(model), f"SET {told} = :at, {teller} = :teller REMOVE {drift}"),
        f"attribute_exists(pk) AND (attribute_not_exists({told}) OR {told} <= :at){own}",
        {":at": stamp(at), ":teller": source or _EVERYBODY},
        superseded,
    )

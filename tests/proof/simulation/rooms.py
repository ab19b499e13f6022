"""Which room an event goes to, by the template's rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from control_plane.events import ObjectCreated
from control_plane.ports import ControlPlane
from on_data_arrival.handler import handle as on_data_arrival
from pointsman.places import SAMPLES
from pointsman.rules import Rules

_RULES = Rules.of_template({"DataBucket": SAMPLES.data_bucket, "AWS::AccountId": SAMPLES.account}).rules
ARRIVAL = "Object Created"
ROOMS: Mapping[str, str] = {kind: rule.room for rule in _RULES for kind in rule.pattern["detail-type"]}
# These decide on what they are told, once; the others see how things stand.
DECIDED_ONCE = frozenset(kind for kind, room in ROOMS.items() if room in {"on_drift", "on_model_package", "on_request"})


def arrivals(events: Sequence[Mapping[str, Any]], plane: ControlPlane) -> object:
    """S3's come as batches."""
    return on_data_arrival([ObjectCreated.parse(event) for event in events], plane)

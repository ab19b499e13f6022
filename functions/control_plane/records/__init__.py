"""The rows of the ledger. Frozen: only the ledger changes them."""

from typing import Literal

from control_plane.records.arrivals import ArrivalWindow, Route
from control_plane.records.decisions import Decision, DecisionStatus
from control_plane.records.record import Record
from control_plane.records.requests import DeployRequest, StartRequest
from control_plane.records.runs import Cost, Deployment, Run
from control_plane.records.state import Champion, Drift, Model, Paused, Slot, UnreadableModel, Watch, Watched

__all__ = [
    "ArrivalWindow",
    "Champion",
    "Cost",
    "Decision",
    "DecisionStatus",
    "DeployRequest",
    "Deployment",
    "Drift",
    "Due",
    "Model",
    "Paused",
    "Record",
    "Route",
    "Run",
    "Slot",
    "StartRequest",
    "Unreadable",
    "UnreadableModel",
    "Watch",
    "Watched",
]


class Unreadable(Record):
    """A due item that no longer makes a record: written by another version of this code, or by hand."""

    kind: Literal["unreadable"] = "unreadable"
    place: str
    why: str


type Due = ArrivalWindow | Decision | Run | Deployment | Model | Unreadable

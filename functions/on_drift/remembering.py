"""What is remembered of drift, for `on_tick`, which reminds of what goes on, and for people."""

from control_plane.ports import ControlPlane
from control_plane.records import Model
from on_drift.findings import DriftFinding, State, standing


def remember(finding: DriftFinding, model: Model, plane: ControlPlane) -> None:
    """The ledger takes no word that a later one has overtaken: findings come in any order."""
    name, now = model.spec.model, plane.now()
    match finding.state:
        case State.DRIFTED:
            if drift := standing(finding, model.drift.get(finding.kind), now):
                plane.ledger.note_drift(name, drift)
        case State.CLEAR:
            source = None if finding.whole else finding.source
            plane.ledger.note_no_drift(name, finding.kind, source=source, at=min(finding.at or now, now))
        case _:
            pass  # who can't tell says nothing about what is remembered

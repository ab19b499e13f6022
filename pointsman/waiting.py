"""What waits for a cause that a person has just ended: the next tick looks at it."""

from datetime import UTC, datetime

from control_plane.ledger import Ledger
from pointsman.models import waiting_of


def look_at_what_waits(ledger: Ledger, model: str) -> None:
    """Runs and a deployment, whatever they wait for and until when."""
    for decision_id in waiting_of(ledger.model(model)):
        if waiting := ledger.decision(decision_id):
            ledger.look_again(waiting, datetime.now(UTC))

"""What came of what."""

from control_plane.ports import ControlPlane
from control_plane.registry import Package


def root_of(package: Package, plane: ControlPlane) -> str | None:
    """The decision that a version came of, by one read; None for a version that the control plane has no part in."""
    trained = plane.ledger.decision(package.decision) if package.decision else None
    return trained.root if trained else package.decision

"""What lands, until it becomes a run."""

from datetime import datetime
from typing import Literal

from control_plane.models import DataSource
from control_plane.policies import Purpose
from control_plane.records.record import Record


class Route(Record):
    """Whose data lands in a folder: all that `on_data_arrival` needs, so one read per batch suffices."""

    model: str
    purpose: Purpose
    bucket: str
    source: DataSource
    exclude: tuple[str, ...] = ()


class ArrivalWindow(Record):
    """Objects that landed together. Open, it takes arrivals; sealed, it waits to become a run.

    `arrivals` counts deliveries, which S3 may repeat; the manifest, not this number, says which objects there are.
    """

    kind: Literal["window"] = "window"
    id: str
    model: str
    purpose: Purpose
    opened_at: datetime
    closes_by: datetime
    first_event: str
    arrivals: int
    sealed: bool

"""In-memory stand-ins, one per port, that keep the port's promises.

The contract suite runs on `FakeLedger` as it runs on DynamoDB, so a unit test may believe it. `faults.py` makes any
port fail or its caller die around a chosen call.
"""

from pointsman.rehearsal.ledger import InMemoryLedger as FakeLedger
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.events import FakeEvents
from tests.fakes.history import FakeHistory
from tests.fakes.monitors import FakeMonitors
from tests.fakes.objects import FakeObjects
from tests.fakes.pipelines import FakePipelines
from tests.fakes.registry import FakeRegistry

__all__ = [
    "FakeControlPlane",
    "FakeEvents",
    "FakeHistory",
    "FakeLedger",
    "FakeMonitors",
    "FakeObjects",
    "FakePipelines",
    "FakeRegistry",
]

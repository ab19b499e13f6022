"""Play one seed's story: `python -m tests.proof.simulation SEED`."""

import logging
import sys

from control_plane import telemetry
from tests.proof.simulation.playing import told

logging.disable(logging.CRITICAL)
telemetry._count = lambda *_: None
broken = told(int(sys.argv[1]))
print(broken or "every promise is kept")
sys.exit(bool(broken))

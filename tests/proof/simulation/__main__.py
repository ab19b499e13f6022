"""Play one seed's story: `python -m tests.proof.simulation SEED`."""

import sys

from tests.proof.quiet import quietly
from tests.proof.simulation.playing import told

with quietly():
    broken = told(int(sys.argv[1]))
print(broken or "every promise is kept")
sys.exit(bool(broken))

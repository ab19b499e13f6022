"""Faults on demand: what an account does now and then, when a test or a person wants it.

fault        one fault: where it strikes, what happens there, how often       checks     whether it can ever strike
standing     those that stand, and whether one strikes now                    running    those of a running instance
"""

from pointsman.local.faults.fault import AtEvent, AtOperation, AtStep, Fault, Kind
from pointsman.local.faults.standing import Faults

__all__ = ["AtEvent", "AtOperation", "AtStep", "Fault", "Faults", "Kind"]

"""Every way in which an event can end. An event that ends otherwise is in a dead-letter queue."""

from enum import StrEnum


class Outcome(StrEnum):
    """Named for people: these words are in the log, the metrics and `pointsman decisions`."""

    HELD = "HELD"  # noted in an arrival window that hasn't closed
    STARTED = "STARTED"
    RECORDED = "RECORDED"  # a run's end is on record and its slot is free
    DEFERRED_BUSY = "DEFERRED_BUSY"  # waits for the run that the model already has
    DEFERRED_CAPACITY = "DEFERRED_CAPACITY"  # waits for SageMaker's quota
    REFUSED = "REFUSED"  # SageMaker will never accept the call; a person must mend the spec or the pipeline
    SKIPPED_EXCLUDED = "SKIPPED_EXCLUDED"  # a folder marker, or a key that the model's `exclude` names
    SKIPPED_NO_DATA = "SKIPPED_NO_DATA"  # the folder was empty when the window closed
    SKIPPED_NO_MODEL = "SKIPPED_NO_MODEL"  # no model claims a folder above the key
    SKIPPED_NOT_OURS = "SKIPPED_NOT_OURS"  # an execution that the control plane didn't start
    SKIPPED_STALE = "SKIPPED_STALE"  # the event is older than what AWS says now
    SKIPPED_SAME_DATA = "SKIPPED_SAME_DATA"  # a run on exactly these contents exists
    SKIPPED_SUPERSEDED = "SKIPPED_SUPERSEDED"  # newer data took the pending start's place
    SKIPPED_DUPLICATE = "SKIPPED_DUPLICATE"  # decided before

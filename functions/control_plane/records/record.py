"""What every row of the ledger is."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A row of the ledger: frozen, because only the ledger changes it.

    What is under way or waits has a `look_at`: when `on_tick` sees to it. Without one that is a minute after it began.
    """

    model_config = ConfigDict(frozen=True)

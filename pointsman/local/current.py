"""Which embedded AWS a command means when none is named: that of the last `up` or `demo`. One runs at a time."""

from pathlib import Path

from pointsman.local import process
from pointsman.local.settings import default_state_directory


def current() -> Path:
    """The state directory in use; before any was, that of `up`."""
    try:
        return Path(_pointer().read_text())
    except FileNotFoundError:
        return default_state_directory()


def use(state: Path) -> Path:
    """Make it the one that commands mean, and stop the one before, whose state is kept."""
    if (before := current()) != state:
        process.stop(before)
    _pointer().parent.mkdir(parents=True, exist_ok=True)
    _pointer().write_text(str(state))
    return state


def _pointer() -> Path:
    return default_state_directory().with_name("current")

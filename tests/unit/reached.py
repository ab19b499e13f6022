"""The lines of `functions/` that the tests have come to, each noted once, so that noting costs nothing after that."""

import sys
from pathlib import Path
from types import CodeType

FUNCTIONS = str(Path(__file__).parents[2] / "functions")
LINES: set[tuple[str, int]] = set()
_TOOL = 3  # one of those that coverage, profilers and debuggers leave free


def watch() -> None:
    """From now on. Where one process runs pytest several times, from the first."""
    if sys.monitoring.get_tool(_TOOL):
        return
    sys.monitoring.use_tool_id(_TOOL, "reached")
    sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, _note)
    sys.monitoring.set_events(_TOOL, sys.monitoring.events.LINE)


def _note(code: CodeType, line: int) -> object:
    if code.co_filename.startswith(FUNCTIONS):
        LINES.add((code.co_filename, line))
    return sys.monitoring.DISABLE

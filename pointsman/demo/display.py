"""How the demo looks while it runs and when it is over."""

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from pointsman.demo.lap import Lap
from pointsman.demo.loop import Loop
from pointsman.tables import decision_list, execution_view, package_table

NEXT = """\
What to try next
  .venv/bin/pointsman decisions                               every decision and its reason
  .venv/bin/pointsman runs show {run}                  the run's steps
  .venv/bin/pointsman {act}
  .venv/bin/pointsman models show diabetes                    what the model is at, and what it lacks
  .venv/bin/pointsman down                                    stop the embedded AWS; what it holds is kept"""


def picture(lap: Lap) -> RenderableType:
    """Everything known so far, growing downwards."""
    parts: list[RenderableType] = [Text(f"{lap.objects} objects landed")]
    if lap.decisions:
        parts += [Text(), decision_list(lap.decisions)]
    if lap.execution:
        parts += [Text(), execution_view(lap.execution)]
    if lap.package:
        parts += [Text(), package_table(lap.package)]
    return Group(*parts)


class Display:
    """A live picture on a terminal; elsewhere only the last one, so that a log stays readable."""

    def __init__(self, console: Console, lap: Lap) -> None:
        self._lap = lap
        self._live = Live(console=console, get_renderable=lambda: picture(lap), refresh_per_second=5)

    def __enter__(self) -> "Display":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def watch(self) -> None:
        self._live.refresh()


def epilogue(lap: Lap, loop: Loop, seconds: float) -> RenderableType:
    run = lap.execution.arn.rpartition("/")[2] if lap.execution else ""
    version = lap.package.arn.rpartition("model-package/")[2] if lap.package else ""
    act = f"{f'approve {version} --why good':<40}exactly this version goes to its endpoint"
    if loop.package:
        act = f"{'rollback diabetes --why complaints':<40}the version before serves again"
    took = "The loop" if loop.package else "The lap"
    return Text(f"\n{took} took {seconds:.0f} s.\n\n{NEXT.format(run=run, act=act)}")

"""Seeds in handfuls, each a test of its own, so that several processes share them."""

import pytest


def in_handfuls(metafunc: pytest.Metafunc, what: str, *, some: int, all_: int, at_once: int) -> None:
    """For tests with the argument `seeds`: with `--proof` all of them. `what` names the tests."""
    if "seeds" in metafunc.fixturenames:
        seeds = range(all_ if metafunc.config.getoption("--proof") else some)
        handfuls = [seeds[start : start + at_once] for start in seeds[::at_once]]
        metafunc.parametrize("seeds", handfuls, ids=lambda handful: f"{what}-{handful[0]}-to-{handful[-1]}")

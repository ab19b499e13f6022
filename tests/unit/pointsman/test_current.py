"""Which embedded AWS a command means, when `up` and the demo keep states of their own."""

from pathlib import Path

import pytest

from pointsman.local import process
from pointsman.local.current import current, use


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The states that were stopped, in a checkout of the test's own."""
    for name in ("template.yaml", "samconfig.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    states: list[Path] = []
    monkeypatch.setattr(process, "stop", states.append)
    return states


def test_before_any_was_used_it_is_that_of_up(stopped: list[Path], tmp_path: Path) -> None:
    assert current() == tmp_path / ".pointsman" / "local"
    assert stopped == []


def test_the_last_one_used_is_meant_and_the_one_before_is_stopped(stopped: list[Path], tmp_path: Path) -> None:
    demo, own = tmp_path / ".pointsman" / "demo", tmp_path / "elsewhere"
    assert use(demo) == demo
    assert current() == demo
    use(own)
    assert current() == own
    assert stopped == [tmp_path / ".pointsman" / "local", demo]


def test_using_the_same_again_stops_nothing(stopped: list[Path], tmp_path: Path) -> None:
    use(tmp_path / ".pointsman" / "local")
    use(tmp_path / ".pointsman" / "local")
    assert stopped == []

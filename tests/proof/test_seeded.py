"""The seeded bugs are still about the code as it is; `make proof` hunts them."""

from pathlib import Path

import pytest

from tests.proof.seeded.bugs import BUGS, FUNCTIONS, Bug

ROOT = FUNCTIONS.parent


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_seeded_bug_can_be_put_in_and_leaves_python(bug: Bug, tmp_path: Path) -> None:
    copy = tmp_path / bug.file
    copy.parent.mkdir(parents=True)
    copy.write_text((FUNCTIONS / bug.file).read_text())
    bug.apply(tmp_path)
    compile(copy.read_text(), bug.file, "exec")
    assert all((ROOT / test).exists() for test in bug.tests)


def test_a_seeded_bug_whose_text_has_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text("a = 1\n")
    with pytest.raises(ValueError, match=r"old: room\.py has this 0 times: a = 2"):
        Bug("old", "room.py", "a = 2", "a = 3").apply(tmp_path)


def test_there_are_enough_of_them() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 20

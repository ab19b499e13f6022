"""What people are told of failures is shown by tests that there are, and leaves out nothing that they may hear of."""

import ast
import re
from pathlib import Path

import pytest

from control_plane.notices import HEADLINES, RUN_FAILED
from control_plane.outcomes import Outcome

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/failure-modes.md").read_text()
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and "[test]" in line]
# Failures that are news to nobody, and yet what somebody would look for.
LOOKED_FOR = {Outcome.DEFERRED_CAPACITY, Outcome.DEFERRED_BUDGET, Outcome.SKIPPED_NO_MODEL, Outcome.SKIPPED_STALE}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip().replace(" ", "-")[:60])
def test_each_line_leads_to_its_test(row: str) -> None:
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert all(cells), row
    (place, name) = re.fullmatch(r"\[test\]\(\.\./(tests/\S+\.py)#(\w+)\)", cells[-1]).groups()  # type: ignore[union-attr]
    defined = ast.walk(ast.parse((ROOT / place).read_text()))
    assert name in {node.name for node in defined if isinstance(node, ast.FunctionDef)}


def test_its_outcomes_exist_and_all_that_are_news_of_something_wrong_are_told() -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", TEXT))
    assert named - {RUN_FAILED} <= set(Outcome)
    fine = {Outcome.AWAITS_APPROVAL, Outcome.CHAMPION_CHANGED, Outcome.ROLLED_BACK}
    assert named >= (HEADLINES.keys() - fine) | LOOKED_FOR | {RUN_FAILED}

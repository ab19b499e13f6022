"""Every outcome can come about, and a test says when: a reason that nothing leads to explains nothing."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from control_plane.outcomes import Outcome
from tests.unit.reached import LINES

ROOT = Path(__file__).parents[2]
FUNCTIONS = tuple(path for path in (ROOT / "functions").rglob("*.py") if path.name != "outcomes.py")
TESTS = tuple(path for path in (ROOT / "tests/unit").rglob("test_*.py") if path != Path(__file__))


def members(trees: Iterable[ast.AST]) -> set[str]:
    """Those of Outcome that the code names, as `Outcome.STARTED`."""
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Outcome"
    }


@cache
def named(paths: tuple[Path, ...]) -> set[str]:
    return members(ast.parse(path.read_text()) for path in paths)


@cache
def expected(paths: tuple[Path, ...]) -> set[str]:
    """Those that a test compares with, itself or by what it is parametrized with."""
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text()))]
    tests = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    asserted = [node for test in tests for node in ast.walk(test) if isinstance(node, ast.Assert)]
    return members([*asserted, *(decorator for test in tests for decorator in test.decorator_list)])


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_produced(outcome: Outcome) -> None:
    assert outcome.name in named(FUNCTIONS)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_expected_by_a_test(outcome: Outcome) -> None:
    assert outcome.name in expected(TESTS)


def places(outcome: Outcome) -> set[tuple[str, int]]:
    """Where a function names it; what an adapter does is the contract suite's."""
    functions = {
        path: [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        for path in FUNCTIONS
        if "adapters" not in path.parts
    }
    return {
        (str(path), node.lineno)
        for path, found in functions.items()
        for function in found
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and members([node]) == {outcome.name}
    }


@pytest.mark.usefixtures("all_of_this_level")
@pytest.mark.parametrize("outcome", Outcome)
def test_every_reason_is_come_to_wherever_it_is_given(outcome: Outcome) -> None:
    """By the tests that ran before this one: no branch that gives it is dead."""
    assert places(outcome) - LINES == set()


def test_no_other_outcome_is_named() -> None:
    assert named((*FUNCTIONS, *TESTS)) <= {outcome.name for outcome in Outcome}

"""Collects what the embedded AWS allowed while each test ran, in however many processes; judges it once at the end."""

import json
import os
from collections import defaultdict
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from pointsman.checkout import project_root
from pointsman.local.aws.authority import RECORD
from tests.permissions import elsewhere
from tests.permissions.deployed import Policies
from tests.permissions.judging import Request, uses
from tests.permissions.report import Report, markdown
from tests.permissions.statements import statements

LEVEL = Path(__file__).parents[1] / "local"
_PASSED = pytest.StashKey[bool]()


class Permissions:
    """In each process that runs tests, and in the one that hears of their ends."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._file: Path | None = None
        self._read = 0
        self._files: set[str] = set()
        self._complete = not any("::" in argument for argument in config.args)
        self._failed = False
        self._requests: dict[Request, set[str]] = defaultdict(set)
        self._roles: dict[str, Policies] = {}
        self._said: list[str] = []

    def record(self, file: Path) -> None:
        """From now on; whoever starts an embedded AWS hands its environment on to it."""
        self._file = file
        os.environ[RECORD] = str(file)

    def deployed(self, roles: dict[str, Policies]) -> None:
        """What tests' requests are held against."""
        self._roles = roles

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        self._complete &= not any(_is_of_level(item.path) for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._files = {item.path.name for item in session.items if _is_of_level(item.path)}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if not report.skipped:
            item.stash[_PASSED] = item.stash.get(_PASSED, True) and report.passed
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        ended = yield
        if _is_of_level(item.path):
            passed = item.stash.get(_PASSED, False)
            self._failed |= not passed and _PASSED in item.stash
            for line in self._new_lines():
                if passed:
                    self._requests[Request.recorded(json.loads(line))].add(_name(item))
        return ended

    def _new_lines(self) -> list[str]:
        if self._file is None or not self._file.exists():
            return []
        with self._file.open() as lines:
            lines.seek(self._read)
            found = lines.readlines()
            self._read = lines.tell()
        return found

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A process of pytest-xdist's has ended; it has seen all that there was to run, and run its part."""
        found = json.loads(getattr(node, "workeroutput", {}).get("permissions", "null"))
        if found is None:
            self._complete = False
            return
        self._files |= set(found["files"])
        self._complete &= found["complete"]
        self._failed |= found["failed"]
        self._roles.update(found["roles"])
        for line, tests in found["requests"]:
            self._requests[Request.recorded(line)].update(tests)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (output := getattr(self._config, "workeroutput", None)) is not None:
            output["permissions"] = json.dumps(self._handed_on())
        elif self._files and self._roles:
            self._judge(session)

    def _handed_on(self) -> dict[str, Any]:
        requests = [
            ({"role": each.role, "action": each.action, "resource": each.resource, "keys": dict(each.keys)}, [*tests])
            for each, tests in self._requests.items()
            if each.role in self._roles or not self._roles
        ]
        return {
            "files": [*self._files],
            "complete": self._complete,
            "failed": self._failed,
            "roles": self._roles,
            "requests": requests,
        }

    def _judge(self, session: pytest.Session) -> None:
        report = Report(tuple(statements()), self._roles, uses(self._requests, self._roles), elsewhere.known())
        folder = project_root() / ".pointsman" / "permissions"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(list(report.rows()), indent=2) + "\n")
        (folder / "report.md").write_text(markdown(report.rows()))
        whole = self._complete and self._files == {path.name for path in LEVEL.glob("test_*.py")}
        wrong = [*report.unused(), *report.stale()]
        if not whole or self._failed:
            reason = "a test failed" if self._failed else "not the whole level was run"
            self._said = [f"{len(wrong)} parts of the template's permissions were not needed, but {reason}"]
        elif wrong:
            self._said = wrong
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        else:
            self._said = ["every part of the template's permissions was needed by a test, or is known to be elsewhere"]
        self._said.append(f"role by role: {folder / 'report.md'}")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._said:
            terminalreporter.section("permissions")
            for line in self._said:
                terminalreporter.write_line(line)


def _name(item: pytest.Item) -> str:
    """Without the group that pytest-xdist appends."""
    group = item.get_closest_marker("xdist_group")
    return item.nodeid.removesuffix(f"@{group.args[0]}") if group else item.nodeid


def _is_of_level(path: Path) -> bool:
    return path.is_relative_to(LEVEL)

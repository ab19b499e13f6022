"""Role, statement, why, and a test that needed it; and what is wrong with that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.permissions.deployed import Policies
from tests.permissions.elsewhere import Elsewhere
from tests.permissions.judging import Part, Uses
from tests.permissions.statements import Statement


@dataclass(frozen=True)
class Report:
    """`roles`: as deployed, by their names; what the template has and they lack is under a condition of its own."""

    statements: tuple[Statement, ...]
    roles: Mapping[str, Policies]
    uses: Uses
    elsewhere: tuple[Elsewhere, ...]

    def unused(self) -> list[str]:
        """What no test needs, in words, but for what is known to be used elsewhere alone."""
        return [
            f"{statement.holder}, “{statement.why}”: no test needs {what}"
            for statement in self.statements
            for what, needed, known in self._parts(statement)
            if not needed and not known
        ] + [
            f"{role} has {holder}, but no test needs it to"
            for role, holder in self._attachments()
            if not self.uses.get(Part(holder, "attached", role))
        ]

    def stale(self) -> list[str]:
        """What is said to be used elsewhere alone, and is used here or is no more."""
        return [
            f"{entry.holder}, {what}: elsewhere.yaml has it, but {why}"
            for entry in self.elsewhere
            for what, why in self._no_longer(entry)
        ]

    def rows(self) -> Iterator[dict[str, Any]]:
        for statement in self.statements:
            tests = self.uses.get(Part(statement.key, "statement"), set())
            yield {
                "holder": statement.holder,
                "roles": [role for role, holder in self._attachments() if holder == statement.holder],
                "why": statement.why,
                "actions": {
                    action: sorted(self._tests(statement, "action", place)) or self._reason(statement, action)
                    for place, action in enumerate(statement.actions)
                },
                "resources": {
                    resource: sorted(self._of_resource(statement, place))
                    for place, resource in enumerate(statement.resources)
                },
                "tests": sorted(tests),
            }

    def _parts(self, statement: Statement) -> Iterator[tuple[str, bool, bool]]:
        """In words, whether a test needs it, and whether it is known why none does."""
        for place, action in enumerate(statement.actions):
            known = self._reason(statement, action) is not None
            yield action, bool(self._tests(statement, "action", place)), known
        all_known = all(self._reason(statement, action) is not None for action in statement.actions)
        for place, resource in enumerate(statement.resources):
            known = all_known or self._reason(statement, resource) is not None
            yield f"{', '.join(statement.actions)} on {resource}", bool(self._of_resource(statement, place)), known

    def _tests(self, statement: Statement, kind: str, place: int) -> set[str]:
        return self.uses.get(Part(statement.key, kind, place), set())

    def _of_resource(self, statement: Statement, place: int) -> set[str]:
        """Resources under a condition that doesn't hold here aren't deployed, so those after them have moved up."""
        deployed = self._deployed(statement)
        if deployed is None:
            return set()
        there = [at for at in range(len(statement.resources)) if not statement.conditional[at]]
        places = range(len(statement.resources)) if len(deployed) == len(statement.resources) else there
        return self._tests(statement, "resource", list(places).index(place)) if place in places else set()

    def _deployed(self, statement: Statement) -> list[str] | None:
        for policies in self.roles.values():
            if statement.holder in policies:
                found = policies[statement.holder][statement.number]["Resource"]
                return found if isinstance(found, list) else [found]
        return None

    def _attachments(self) -> Iterator[tuple[str, str]]:
        for policies in self.roles.values():
            role, *managed = policies
            yield from ((role, holder) for holder in managed)

    def _reason(self, statement: Statement, what: str) -> str | None:
        return next((entry.why for entry in self.elsewhere if entry.covers(statement.holder, what)), None)

    def _no_longer(self, entry: Elsewhere) -> Iterator[tuple[str, str]]:
        for what in entry.what:
            found = [
                bool(needed)
                for statement in self.statements
                if statement.holder == entry.holder
                for needed in self._needs(statement, what)
            ]
            if not found or any(found):
                yield what, "a test needs it" if found else "the template allows it no more"

    def _needs(self, statement: Statement, what: str) -> Iterator[set[str]]:
        for place, action in enumerate(statement.actions):
            if action == what:
                yield self._tests(statement, "action", place)
        for place, resource in enumerate(statement.resources):
            if resource == what:
                yield self._of_resource(statement, place)


def markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """A table: an action has the shortest name of a test that needs it, or why none can."""
    lines = ["| role or policy | allows | on | why | needed by |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        for number, (action, found) in enumerate(row["actions"].items()):
            holder, on, why = (row["holder"], "<br>".join(map(_code, row["resources"])), row["why"])
            first = (holder, _code(action), on, why) if number == 0 else ("", _code(action), "", "")
            lines.append("| " + " | ".join((*first, _needed_by(found))) + " |")
    return "\n".join(lines) + "\n"


def _needed_by(found: list[str] | str | None) -> str:
    if isinstance(found, list):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return min(found, key=len).rpartition("/")[2].replace("|", r"\|") + more
    return f"*{found or 'nothing'}*"


def _code(text: str) -> str:
    return f"`{text}`"

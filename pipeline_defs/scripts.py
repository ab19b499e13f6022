"""What the scripts of `steps/` read and write, so that a pipeline with a wrong name fails while it is compiled.

A script says it in two literals at its top, which are read without running it (its libraries needn't be here):

    READS = ("data",)
    WRITES = {"report": {"report.json": {"verdict.margin": "number"}, "rows.csv": None}}

`READS` are the folders of its inputs. `WRITES` are the folders of its outputs, the files in each, and, of a JSON file,
the values that a pipeline may read, by path and JSON Schema's name of the type. Tests hold what a script's job left
behind against its `WRITES`.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pipeline_defs.step_code import STEPS

type JsonType = Literal["number", "string", "boolean"]
type Files = Mapping[str, Mapping[str, JsonType]]


class UnknownName(ValueError):
    """A pipeline names something that the step's script doesn't have; the message says what it has."""


@dataclass(frozen=True)
class Script:
    """One of `steps/`. The methods raise UnknownName."""

    name: str
    reads: tuple[str, ...]
    writes: Mapping[str, Files]

    def check_inputs(self, names: Collection[str]) -> None:
        for name in names:
            self._known(name, self.reads, "reads no input")

    def files(self, output: str) -> Files:
        """Those that it writes to an output."""
        self._known(output, self.writes, "writes no output")
        return self.writes[output]

    def values(self, output: str, file: str) -> Mapping[str, JsonType]:
        """What can be read out of a file, by its path in it."""
        files = self.files(output)
        self._known(file, files, f"writes to {output} no file")
        return files[file]

    def json_type(self, output: str, file: str, path: str) -> JsonType:
        values = self.values(output, file)
        self._known(path, values, f"declares in {output}/{file} no value")
        return values[path]

    def _known(self, name: str, known: Collection[str], lacks: str) -> None:
        if name not in known:
            raise UnknownName(f"{self.name} {lacks} {name!r}; it has {', '.join(sorted(known)) or 'none'}")


@cache
def script(name: str) -> Script:
    """As its file declares it. Raises UnknownName for a file that isn't there, or that declares nothing."""
    path = STEPS / name
    if not path.is_file():
        raise UnknownName(f"there is no script {name!r} in {STEPS.name}/")
    declared = dict(_literals(ast.parse(path.read_text(encoding="utf-8"))))
    if missing := {"READS", "WRITES"} - declared.keys():
        raise UnknownName(f"{name} doesn't declare {' and '.join(sorted(missing))}, as a step's script must")
    writes = {
        output: {file: values or {} for file, values in files.items()} for output, files in declared["WRITES"].items()
    }
    return Script(name, tuple(declared["READS"]), writes)


def _literals(module: ast.Module) -> Iterator[tuple[str, Any]]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="READS" | "WRITES" as name)], value=value):
                yield name, ast.literal_eval(value)

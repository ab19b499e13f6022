"""The layout is the architecture: who may import whom, what is pure, what importing does."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.template import resources

FUNCTIONS = Path(__file__).parents[2] / "functions"
ROOMS = sorted(path.name for path in FUNCTIONS.glob("on_*") if path.is_dir())
MODULES = {
    ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__"): path
    for path in FUNCTIONS.rglob("*.py")
}
# What decisions are made of: values in, values out.
PURE = [
    *(f"{room}.decide" for room in ROOMS),
    *(
        f"control_plane.{name}"
        for name in (
            *("actions", "admission", "clock", "collecting", "costs", "deployments", "drafts"),
            *("endpoints", "errors", "fields"),
            *("history", "ledger", "manifests", "models", "monitor_plans", "monitored", "monitors", "notices"),
            *("outcomes", "policies"),
            *("ports", "prices", "records", "registry", "requests", "schedules", "serving", "verdicts", "violations"),
        )
    ),
    *(module for module in MODULES if module.startswith("control_plane.events")),
    *("on_data_arrival.tallies", "on_drift.claims", "on_drift.findings", "on_request.adoption"),
    "on_tick.decide_model",
]
# What gathers and acts, through ports alone: tests put fakes there, `wiring.py` puts AWS.
SHELLS = [
    *("control_plane.calls", "control_plane.candidates", "control_plane.dispatcher", "control_plane.lineage"),
    *(
        "control_plane.standings",
        "on_endpoint.collecting",
        "on_endpoint.sequels",
        "on_endpoint.smoke_test",
        "on_endpoint.watching",
    ),
    *("on_drift.remembering", "on_drift.sources", "on_request.answers", "on_tick.looking_after"),
    *("on_pipeline_execution.sequels", "on_tick.looks", "on_tick.monitor_runs"),
]
IMPURE = {
    *("aws_lambda_powertools", "boto3", "botocore", "requests", "urllib3"),
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket"),
    *("ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid"),
}
LOCAL = ("localhost", "127.0.0.1", "endpoint_url", "aws_endpoint_url", "ministack", "local run", "embedded aws")


class _Imports(ast.NodeVisitor):
    """What a module imports when it runs; imports for type checkers alone don't count."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "imports name their module in full"
        self.found.add(str(node.module))
        self.found |= {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()


@cache
def imports(module: str) -> frozenset[str]:
    visitor = _Imports()
    visitor.visit(ast.parse(MODULES[module].read_text()))
    return frozenset(visitor.found)


def imports_of_imports(module: str) -> Iterator[tuple[str, str]]:
    """Every import that importing the module leads to, with the module that makes it."""
    seen, todo = {module}, [module]
    while todo:
        importer = todo.pop()
        for name in imports(importer):
            yield importer, name
            if name in MODULES and name not in seen:
                seen.add(name)
                todo.append(name)


def package(name: str) -> str:
    return name.partition(".")[0]


def test_the_rooms_are_found() -> None:
    assert set(ROOMS) == {
        *("on_data_arrival", "on_drift", "on_endpoint", "on_model_package", "on_pipeline_execution"),
        *("on_record", "on_request", "on_tick"),
    }
    assert {f"{room}.decide" for room in ROOMS} | {f"{room}.handler" for room in ROOMS} <= set(MODULES)
    assert {*PURE, *SHELLS, "control_plane.adapters.dynamodb", "control_plane.events.ours"} <= set(MODULES)
    assert "control_plane.records" in imports("control_plane.actions")


@pytest.mark.parametrize("module", MODULES)
def test_functions_import_only_what_ships_and_no_room_another_room(module: str) -> None:
    shipped = {"aws_lambda_powertools", "botocore", "pydantic", "control_plane", *sys.stdlib_module_names}
    own = {package(module)} if package(module) in ROOMS else set()
    assert {name for name in imports(module) if package(name) not in shipped | own} == set()


@pytest.mark.parametrize("module", PURE)
def test_what_decides_does_nothing_else(module: str) -> None:
    found = {(importer, name) for importer, name in imports_of_imports(module) if package(name) in IMPURE}
    assert found == set()


@pytest.mark.parametrize("module", SHELLS)
def test_what_gathers_and_acts_reaches_the_world_through_ports_alone(module: str) -> None:
    assert "control_plane.ports" in imports(module)
    assert {(importer, name) for importer, name in imports_of_imports(module) if package(name) in IMPURE} == set()


@pytest.mark.parametrize("module", [module for module in MODULES if module.endswith(".handler")])
def test_a_handler_fits_on_one_screen(module: str) -> None:
    assert len(MODULES[module].read_text().splitlines()) <= 60


@pytest.mark.parametrize("module", MODULES)
def test_aws_is_called_by_adapters_and_wired_in_one_place(module: str) -> None:
    speaks_to_aws = {"boto3", "botocore"} & {package(name) for name in imports(module)}
    assert not speaks_to_aws or module.startswith("control_plane.adapters") or module == "control_plane.wiring"
    chooses_adapters = {name for name in imports(module) if name.startswith("control_plane.adapters")}
    assert not chooses_adapters or module.startswith("control_plane.adapters") or module == "control_plane.wiring"


@pytest.mark.parametrize("module", MODULES)
def test_the_environment_is_read_in_one_place(module: str) -> None:
    assert "os" not in imports(module) or module == "control_plane.settings"


def test_what_is_deployed_knows_of_no_local_run() -> None:
    shipped = {path: path.read_text().lower() for path in FUNCTIONS.rglob("*.*") if path.suffix != ".pyc"}
    assert len(shipped) > len(MODULES), "the requirements ship too"
    assert [(path.name, word) for path, text in shipped.items() for word in LOCAL if word in text] == []


def handlers() -> dict[str, str]:
    functions = {name: r for name, r in resources().items() if r["Type"] == "AWS::Serverless::Function"}
    return {name: function["Properties"]["Handler"] for name, function in functions.items()}


@pytest.mark.parametrize(("name", "handler"), handlers().items())
def test_every_function_of_the_template_has_its_handler(name: str, handler: str) -> None:
    module, _, function = handler.rpartition(".")
    assert module in MODULES, name
    defined = ast.parse(MODULES[module].read_text()).body
    (entry,) = [node for node in defined if isinstance(node, ast.FunctionDef) and node.name == function]
    assert [ast.unparse(decorator) for decorator in entry.decorator_list] == ["room"], "what it does would be untold"


def test_every_room_is_a_function_of_the_template() -> None:
    assert sorted(package(handler) for handler in handlers().values()) == ROOMS


IMPORT_EVERYTHING = """
import logging, os, sys
functions, *modules = sys.argv[1:]
done = []

class Watched(dict):
    def _look(self, name):
        frame = sys._getframe(2)
        while frame.f_globals["__name__"] == "os":  # os.getenv
            frame = frame.f_back
        if frame.f_code.co_filename.startswith(functions):
            done.append(f"{frame.f_code.co_filename} read {name} of the environment")
    def __getitem__(self, name):
        self._look(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        self._look(name)
        return super().get(name, default)

def no_client(*arguments, **named):
    done.append(f"a client was made: {arguments}")

import boto3, botocore.session, importlib
os.environ = Watched(os.environ)
boto3.client = boto3.resource = boto3.Session = boto3.session.Session = botocore.session.Session = no_client
sys.path.insert(0, functions)
for module in modules:
    importlib.import_module(module)
done += [f"a log handler was added: {handler}" for handler in logging.getLogger().handlers]
assert not done, done
"""


def import_everything(functions: Path, *modules: str) -> subprocess.CompletedProcess[str]:
    """In an interpreter that has nothing: no environment, no path of its own."""
    command = [sys.executable, "-I", "-c", IMPORT_EVERYTHING, str(functions), *modules]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False)


def test_importing_does_nothing() -> None:
    done = import_everything(FUNCTIONS, *MODULES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_something_that_does_something_is_noticed(tmp_path: Path) -> None:
    """The check itself."""
    busy = {
        "one": ("import os; os.getenv('TABLE_NAME')", "one.py read TABLE_NAME"),
        "two": ("import os; os.environ.get('BUCKET')", "two.py read BUCKET"),
        "three": ("import boto3; boto3.client('s3')", "a client was made: ('s3',)"),
        "four": ("import logging; logging.basicConfig()", "a log handler was added"),
    }
    for name, (code, _) in busy.items():
        (tmp_path / f"{name}.py").write_text(code)
    noticed = import_everything(tmp_path, *busy).stderr
    assert [reason for _, reason in busy.values() if reason not in noticed] == []

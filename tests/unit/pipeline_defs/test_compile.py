from pathlib import Path

from tests.unit.pipeline_defs.conftest import Compilation, compile_in_child


def test_compiling_again_elsewhere_gives_the_same_bytes(compilation: Compilation, tmp_path: Path) -> None:
    assert compile_in_child(tmp_path, hash_seed=1).stdout == compilation.stdout


def test_compiling_says_nothing(compilation: Compilation) -> None:
    assert compilation.stderr == ""

from dataclasses import replace

from pipeline_defs.step_code import NO_CHAMPION, StepCode, step_code


def test_holds_the_scripts_and_what_they_import() -> None:
    scripts = {"prepare.py", "train.py", "evaluate.py", "analyze.py", "serve.py"}
    assert {*scripts, "metrics.py", "tables.py", NO_CHAMPION} <= set(step_code().files)


def test_the_prefix_follows_the_content() -> None:
    code = StepCode({"a.py": b"1", "b.py": b"2"})
    assert code.prefix == StepCode({"b.py": b"2", "a.py": b"1"}).prefix == f"code/{code.fingerprint}/"
    assert replace(code, files={"a.py": b"1", "b.py": b"3"}).prefix != code.prefix
    assert replace(code, files={"a.py": b"1b.py", "": b"2"}).prefix != code.prefix


def test_the_uri_is_a_folder() -> None:
    code = StepCode({"a.py": b"1"})
    assert code.uri("artefacts") == f"s3://artefacts/code/{code.fingerprint}/"

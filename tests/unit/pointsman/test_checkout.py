from pathlib import Path

import pytest

from pointsman import checkout
from pointsman.errors import NotInCheckout

OURS = Path(checkout.__file__).parents[1]


def make_checkout(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.yaml").touch()
    (folder / "samconfig.toml").touch()
    return folder


def test_the_nearest_checkout_upwards(tmp_path: Path) -> None:
    make_checkout(tmp_path)
    inner = make_checkout(tmp_path / "a")
    (deep := inner / "b" / "c").mkdir(parents=True)
    assert checkout.project_root(deep) == inner


def test_a_template_of_another_project_is_passed_over(tmp_path: Path) -> None:
    outer = make_checkout(tmp_path / "outer")
    (inner := outer / "inner").mkdir()
    (inner / "template.yaml").touch()
    assert checkout.project_root(inner) == outer


def test_elsewhere_it_is_the_checkout_of_the_package(tmp_path: Path) -> None:
    assert checkout.project_root(tmp_path) == OURS


def test_the_working_directory_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_checkout(tmp_path))
    assert checkout.project_root() == tmp_path


def test_a_package_outside_any_checkout_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "__file__", str(tmp_path / "site-packages" / "pointsman" / "checkout.py"))
    with pytest.raises(NotInCheckout, match="not in a Pointsman checkout"):
        checkout.project_root(tmp_path)

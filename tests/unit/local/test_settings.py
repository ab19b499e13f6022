from pathlib import Path

from pointsman.local.settings import default_state_directory


def test_the_state_is_in_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").touch()
    (tmp_path / "samconfig.toml").touch()
    (deep := tmp_path / "a" / "b").mkdir(parents=True)
    assert default_state_directory(deep) == tmp_path / ".pointsman" / "local"

"""Which checkout of Pointsman a command acts on."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from pointsman.errors import NotCommitted, NotInCheckout


def project_root(start: Path | None = None) -> Path:
    """The checkout at or above `start`, by default the working directory; else the one that this package lies in.

    A template.yaml alone is not enough: folders of other projects have one too. Raises NotInCheckout.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "template.yaml").is_file() and (folder / "samconfig.toml").is_file():
            return folder
    own = Path(__file__).resolve().parents[1]
    if (own / "template.yaml").is_file():
        return own
    raise NotInCheckout(f"{here} is not in a Pointsman checkout; change into one")


def last_change(folder: str) -> str:
    """The commit that last changed a folder of the checkout, with `-dirty` where it was changed since.

    `unknown` where the checkout isn't a clone.
    """

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=project_root(), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        commit = git("log", "-1", "--format=%H", "--", folder)
        return commit + ("-dirty" if git("status", "--porcelain", "--", folder) else "")
    except (subprocess.CalledProcessError, FileNotFoundError):
        return "unknown"


def uncommitted(paths: Sequence[Path]) -> list[str]:
    """What of these files and folders no commit holds, in `git status`'s short form: ` M pipeline_defs/training.py`.

    Raises NotCommitted where git can't say.
    """
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", *map(str, paths)]
    try:
        done = subprocess.run(command, cwd=project_root(), capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise NotCommitted("git isn't installed, so nothing says which commit this is") from error
    except subprocess.CalledProcessError as error:
        raise NotCommitted(f"no commit holds what would be applied: {error.stderr.strip()}") from error
    return done.stdout.splitlines()

"""Which checkout of Pointsman a command acts on."""

from pathlib import Path

from pointsman.errors import NotInCheckout


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

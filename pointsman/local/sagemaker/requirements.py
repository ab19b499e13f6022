"""A `requirements.txt` beside a script: AWS's framework images install it, here the environment must have it already.

Jobs share the user's environment, so nothing is installed into it behind his back.
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#using-third-party-libraries
"""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from pointsman.local.sagemaker.image_versions import installed

_COMMENT = re.compile(r"(^|\s)#.*")
_INCLUDED = re.compile(r"(?:-r|--requirement)[\s=]+(?P<file>\S+)")
_OPTION_OF_LINE = re.compile(r"\s--?[a-z].*")


def refusal(folder: Path) -> str | None:
    """What the folder's requirements.txt asks for and isn't here, with what to do; None where all of it is."""
    file = folder / "requirements.txt"
    if not file.is_file():
        return None
    lacking = list(_lacking(file, {file}))
    if not lacking:
        return None
    return (
        f"requirements.txt asks for what this environment lacks: {'; '.join(lacking)}. No job or endpoint installs"
        " anything into it: add it to the environment that runs `pointsman`, or let requirements.txt allow what is here"
    )


def _lacking(file: Path, seen: set[Path]) -> Iterator[str]:
    text = file.read_text(errors="replace").replace("\\\n", " ")
    for line in (_COMMENT.sub("", line).strip() for line in text.splitlines()):
        if included := _INCLUDED.match(line):
            other = file.parent / included["file"]
            if not other.is_file():
                yield f"{included['file']} (no such file)"
            elif other not in seen:
                yield from _lacking(other, seen | {other})
        elif line and not line.startswith("-"):  # other options say where to look
            yield from _unmet(_OPTION_OF_LINE.sub("", line))


def _unmet(line: str) -> Iterator[str]:
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        yield f"{line} (only names with versions can be looked up)"
        return
    if wanted.marker is not None and not wanted.marker.evaluate():
        return
    try:
        ours = installed(wanted.name)
    except PackageNotFoundError:
        yield f"{line} (not here)"
    else:
        if not wanted.specifier.contains(ours, prereleases=True):
            yield f"{line} (here is {ours})"

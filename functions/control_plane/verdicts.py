"""What an evaluation says about a version: the `verdict` of its `evaluation.json`."""

from pydantic import BaseModel, ConfigDict, ValidationError

from control_plane.errors import UnreadableReport


class Verdict(BaseModel):
    """`summary` is a sentence with the numbers: "rmse 71.2 misses the bar of 65 by 6.2".

    `not_compared` says why a version that was to be compared with the champion wasn't: then it passed by its bar alone.
    """

    model_config = ConfigDict(frozen=True)

    passed: bool
    summary: str
    not_compared: str | None = None


class _Champion(BaseModel):
    not_compared: str | None = None


class _Report(BaseModel):
    verdict: Verdict
    champion: _Champion = _Champion()


def read_verdict(report: bytes | None, uri: str) -> Verdict:
    """`report` is None where nothing was written at `uri`. Raises UnreadableReport."""
    if report is None:
        raise UnreadableReport(f"the evaluation wrote no {uri}")
    try:
        found = _Report.model_validate_json(report)
    except ValidationError as error:
        raise UnreadableReport(f"{uri}: {error}") from error
    return found.verdict.model_copy(update={"not_compared": found.champion.not_compared})

"""What an evaluation says about a version: the `verdict` of its `evaluation.json`."""

from pydantic import BaseModel, ConfigDict, ValidationError

from control_plane.errors import UnreadableReport


class Verdict(BaseModel):
    """`summary` is a sentence with both numbers: "rmse 71.2 misses the bar of 65 by 6.2"."""

    model_config = ConfigDict(frozen=True)

    passed: bool
    summary: str


class _Report(BaseModel):
    verdict: Verdict


def read_verdict(report: bytes | None, uri: str) -> Verdict:
    """`report` is None where nothing was written at `uri`. Raises UnreadableReport."""
    if report is None:
        raise UnreadableReport(f"the evaluation wrote no {uri}")
    try:
        return _Report.model_validate_json(report).verdict
    except ValidationError as error:
        raise UnreadableReport(f"{uri}: {error}") from error

"""The scripts that run inside SageMaker jobs, as content to upload.

The prefix carries the fingerprint, so uploading again changes nothing, a running execution keeps the code it started
with, and step caching, which compares S3 paths, notices a changed script.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

STEPS = Path(__file__).parent / "steps"

NO_CHAMPION = "no_champion.json"
"""Stands where a step takes a champion's archive and there is none."""


@dataclass(frozen=True)
class StepCode:
    """The files of `steps/` by name, to be put under `prefix`."""

    files: Mapping[str, bytes]

    @property
    def fingerprint(self) -> str:
        """Sha256, in hex, over each file's name and content in order of the names."""
        digest = sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    @property
    def prefix(self) -> str:
        """Key prefix in the artefact bucket, ending in `/`."""
        return f"code/{self.fingerprint}/"

    def uri(self, bucket: str) -> str:
        """S3 URI of the prefix in `bucket`, ending in `/`."""
        return f"s3://{bucket}/{self.prefix}"


def step_code() -> StepCode:
    """Read the scripts as they are on disk, and the file that stands for no champion."""
    return StepCode({path.name: path.read_bytes() for path in sorted([*STEPS.glob("*.py"), STEPS / NO_CHAMPION])})

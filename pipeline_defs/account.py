"""Where a pipeline will run."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Account:
    """What differs between the accounts and environments that one pipeline definition is compiled for."""

    region: str
    bucket: str
    """Name of the bucket for artefacts: outputs of steps land under `pipelines/`, step code under `code/`."""
    job_role_arn: str
    """Assumed by every job that a pipeline starts."""
    code_uri: str
    """S3 prefix, ending in `/`, where the files of `step_code()` were uploaded: `step_code().uri(bucket)`."""

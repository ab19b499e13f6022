"""Where a pipeline will run."""

from dataclasses import dataclass
from datetime import timedelta


class ImpossibleAccount(ValueError):
    """No pipeline can be compiled for it."""


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """Where jobs get their network interfaces, by id. S3 must be reachable from there: jobs get their data from it."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What differs between the accounts and environments that one pipeline definition is compiled for.

    What a run may choose is a parameter of the pipeline; this is what it may not, or what a parameter can't express: a
    member that is there in one environment and absent in another.
    """

    region: str
    bucket: str
    """Name of the bucket for artefacts: outputs of steps land under `pipelines/`, step code under `code/`."""
    job_role_arn: str
    """Assumed by every job that a pipeline starts."""
    code_uri: str
    """S3 prefix, ending in `/`, where the files of `step_code()` were uploaded: `step_code().uri(bucket)`."""
    image_uri: str
    """The image that steps run in, unless a run is told another: see `step_image`."""
    environment: str
    """As samconfig.toml calls it. Jobs are tagged with it."""
    git_commit: str
    """Of the last change of `pipeline_defs/`: jobs are tagged with it, versions say it."""
    vpc: Vpc | None = None
    kms_key: str | None = None
    """ARN of the key for the jobs' volumes and outputs; None leaves them to S3's and SageMaker's own keys.

    Instance types with local storage take none for it: their hardware encrypts that.
    """
    network_isolation: bool = True
    """Whether containers are cut off from the network, S3 included. No script of `steps/` needs one."""
    spot_wait: timedelta | None = None
    """Train on spot instances, and wait for one so long, the training's own time included. None: on demand."""

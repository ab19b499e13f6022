"""Pipelines as the definitions that SageMaker takes.

Run as a program, it writes them to `compiled/` for a neutral account, so that a review sees what a change does to them.
"""

import json
from pathlib import Path

from pipeline_defs.account import Account
from pipeline_defs.offline_sdk import sdk_imports

COMPILED = Path(__file__).parent / "compiled"
NEUTRAL = Account(
    region="us-east-1",
    bucket="artifacts",
    job_role_arn="arn:aws:iam::111122223333:role/pointsman-jobs",
    code_uri="s3://artifacts/code/fingerprint/",
    image_uri="111122223333.dkr.ecr.us-east-1.amazonaws.com/pointsman-steps:tag",
    environment="prod",
    git_commit="commit",
)
"""What would differ from one commit or account to the next is left out of it."""


def compile_pipelines(account: Account) -> dict[str, str]:
    """The definition (JSON) of every pipeline, by pipeline name.

    Needs neither credentials nor network, and the same account and code give the same bytes. The first call in a
    process imports the sagemaker SDK, which takes about 3 s. Raises UnknownName, see `scripts.py`; ImpossibleAccount.
    """
    with sdk_imports(account.region):
        from pipeline_defs import evaluation, monitoring, training

    pipelines = [pipeline.build(account) for pipeline in (training, evaluation, monitoring)]
    return {pipeline.name: pipeline.definition() for pipeline in pipelines}


def readable(definition: str) -> str:
    """The same definition, for people."""
    return json.dumps(json.loads(definition), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write them anew, and nothing else."""
    COMPILED.mkdir(exist_ok=True)
    for stale in COMPILED.glob("*.json"):
        stale.unlink()
    for name, definition in compile_pipelines(NEUTRAL).items():
        (COMPILED / f"{name}.json").write_text(readable(definition), encoding="utf-8")


if __name__ == "__main__":
    main()

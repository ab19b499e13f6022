"""Pipelines as the definitions that SageMaker takes."""

from pipeline_defs.account import Account
from pipeline_defs.offline_sdk import sdk_imports


def compile_pipelines(account: Account) -> dict[str, str]:
    """The definition (JSON) of every pipeline, by pipeline name.

    Needs neither credentials nor network, and the same account and code give the same bytes. The first call in a
    process imports the sagemaker SDK, which takes about 3 s.
    """
    with sdk_imports(account.region):
        from pipeline_defs import evaluation, training

    pipelines = [training.build(account), evaluation.build(account)]
    return {pipeline.name: pipeline.definition() for pipeline in pipelines}

"""The SDK's resource classes (`sagemaker.core.resources`), from a version in the registry to an answer of its endpoint.

In the SDK's process: see `sdk_client.py`.
"""

import json
from typing import Any

import boto3

from tests.contract.sagemaker.definitions import IMAGE
from tests.local.instances import unique

# How often to look, in seconds; whole ones by the SDK's types.
POLL = {"poll": 1, "timeout": 60}


def approved(model_data: str) -> Any:
    """A version, registered and approved."""
    from sagemaker.core.resources import ModelPackage, ModelPackageGroup

    group = ModelPackageGroup.create(model_package_group_name=unique("sdk-group"))
    inference: Any = {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": model_data}],
        "SupportedContentTypes": ["application/json"],
        "SupportedResponseMIMETypes": ["application/json"],
    }
    # Not by ModelPackage.create, which looks for a ModelPackageName where CreateModelPackage answers an ARN alone.
    registered = boto3.client("sagemaker").create_model_package(
        ModelPackageGroupName=group.model_package_group_name,
        InferenceSpecification=inference,
        ModelApprovalStatus="PendingManualApproval",
    )
    made = ModelPackage.get(model_package_name=registered["ModelPackageArn"])
    made.wait_for_status("Completed", **POLL)
    made.update(model_approval_status="Approved", approval_description="good")
    (listed,) = ModelPackage.get_all(model_package_group_name=group.model_package_group_name)
    return ModelPackage.get(model_package_name=listed.model_package_arn)


def deployed(package: Any, role: str) -> Any:
    """An endpoint that serves the version."""
    from sagemaker.core.resources import Endpoint, EndpointConfig, Model
    from sagemaker.core.shapes import ContainerDefinition, ProductionVariant

    name = unique("sdk")
    container = ContainerDefinition(model_package_name=package.model_package_arn)
    Model.create(model_name=name, primary_container=container, execution_role_arn=role)
    variant = ProductionVariant(
        variant_name="AllTraffic", model_name=name, initial_instance_count=1, instance_type="ml.m5.large"
    )
    config = EndpointConfig.create(endpoint_config_name=name, production_variants=[variant])
    Endpoint.create(endpoint_name=name, endpoint_config_name=config).wait_for_status("InService", **POLL)
    return Endpoint.get(endpoint_name=name)


def served(model_data: str, role: str) -> dict[str, Any]:
    """What the endpoint answered, and what the SDK said of everything on the way."""
    package = approved(model_data)
    endpoint = deployed(package, role)
    answer = endpoint.invoke(body=b'{"x": 1}', content_type="application/json", accept="application/json")
    endpoint.delete()
    endpoint.wait_for_delete(**POLL)
    return {
        "approval": [package.model_approval_status, package.approval_description],
        "variants": [
            [variant.variant_name, variant.current_instance_count] for variant in endpoint.production_variants
        ],
        "answer": {**json.loads(answer.body.read()), "variant": answer.invoked_production_variant},
    }


def executions(pipeline: str) -> list[dict[str, Any]]:
    """The pipeline's executions, each waited for, with their steps."""
    from sagemaker.core.resources import PipelineExecution

    found = []
    for listed in PipelineExecution.get_all(pipeline_name=pipeline):
        execution = PipelineExecution.get(pipeline_execution_arn=listed.pipeline_execution_arn)
        execution.wait_for_status("Succeeded", **POLL)
        definition = json.loads(execution.get_pipeline_definition().pipeline_definition)
        found.append(
            {
                "steps": {step.step_name: step.step_status for step in execution.get_all_steps()},
                "defined": sorted(step["Name"] for step in definition["Steps"]),
            }
        )
    return found

"""The SDK's ceremony, once, so that a pipeline reads as its steps.

A step's arguments are written in the words of the API call that SageMaker will make (`CreateProcessingJob`,
`CreateTrainingJob`). The SDK's own job classes exist to start jobs and do too much for that: `ModelTrainer` asks IAM
about the role, wants a default bucket and adds its driver scripts to the container; processors upload code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.mlops.workflow.steps import CacheConfig, StepTypeEnum

from pipeline_defs.account import Account, ImpossibleAccount
from pipeline_defs.job_needs import Input, Machines, Output, Value
from pipeline_defs.request_step import RequestStep, ScriptStep
from pipeline_defs.retries import out_of_capacity, throttled
from pipeline_defs.scripts import script as declared

CACHE = CacheConfig(enable_caching=True, expire_after="P30D")
"""Right because every input is addressed by its content: data by its manifest, code by its fingerprint."""


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """Makes the steps of one pipeline that run a script of `steps/` in a container.

    Names of inputs and outputs are held against what the script declares: UnknownName, see `scripts.py`.
    """

    account: Account
    pipeline: str
    image_uri: Value
    tags: Mapping[str, Value]
    """Of every job, beside those that say where it runs and by which code. Costs and permissions can go by them."""

    def processing(
        self,
        name: str,
        script: str,
        *,
        machines: Machines,
        inputs: Mapping[str, Input],
        outputs: Sequence[Output],
        arguments: Sequence[Value] = (),
        environment: Mapping[str, Value] | None = None,
    ) -> ScriptStep:
        """A script that reads `processing/input/<name>/` and writes `processing/output/<name>/` under /opt/ml.

        Not cached if an output has a place of its own: SageMaker's cache compares what goes into a step, not where its
        outputs go, and a step taken from the cache writes nothing there.
        """
        program = declared(script)
        program.check_inputs(inputs)
        request = {
            "ProcessingResources": {"ClusterConfig": self._cluster(machines)},
            "AppSpecification": {
                "ImageUri": self.image_uri,
                "ContainerEntrypoint": ["python3", f"/opt/ml/processing/input/code/{script}"],
                **({"ContainerArguments": list(arguments)} if arguments else {}),
            },
            **({"Environment": dict(environment)} if environment else {}),
            "RoleArn": self.account.job_role_arn,
            "ProcessingInputs": [source.of_processing(key) for key, source in self._with_code(inputs).items()],
            "ProcessingOutputConfig": {
                "Outputs": [self._processing_output(name, output) for output in outputs],
                **self._output_key,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": int(machines.max_runtime.total_seconds())},
            "NetworkConfig": {"EnableNetworkIsolation": self.account.network_isolation, **self._vpc},
            "Tags": self._tags,
        }
        return ScriptStep(
            name,
            StepTypeEnum.PROCESSING,
            request,
            response_shape="DescribeProcessingJobResponse",
            retry_policies=[throttled(), out_of_capacity()],
            cache=None if any(output.uri is not None for output in outputs) else CACHE,
            script=program,
            outputs=[output.name for output in outputs],
        )

    def training(
        self,
        name: str,
        script: str,
        *,
        machines: Machines,
        inputs: Mapping[str, Input],
        hyperparameters: Mapping[str, Value],
    ) -> RequestStep:
        """A script that reads `input/data/<channel>/` and writes `model/` under /opt/ml, on spot `checkpoints/` too.

        Checkpoints are the execution's own, lest a training go on from where one with other code or parameters stopped;
        since SageMaker's cache compares their place, no training on spot instances is taken from it.
        """
        declared(script).check_inputs(inputs)
        request = {
            "AlgorithmSpecification": {
                "TrainingImage": self.image_uri,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", f"/opt/ml/input/data/code/{script}"],
            },
            "HyperParameters": dict(hyperparameters),
            "InputDataConfig": [source.of_training(key) for key, source in self._with_code(inputs).items()],
            "OutputDataConfig": {"S3OutputPath": self._output_uri(name, "model"), **self._output_key},
            "ResourceConfig": self._cluster(machines),
            "RoleArn": self.account.job_role_arn,
            "StoppingCondition": {"MaxRuntimeInSeconds": int(machines.max_runtime.total_seconds())},
            "EnableNetworkIsolation": self.account.network_isolation,
            **self._vpc,
            "Tags": self._tags,
        }
        if self.account.spot_wait:
            _put_on_spot(request, self.account.spot_wait, self._output_uri(name, "checkpoints"))
        return RequestStep(
            name,
            StepTypeEnum.TRAINING,
            request,
            response_shape="DescribeTrainingJobResponse",
            retry_policies=[throttled(), out_of_capacity()],
            cache=None if self.account.spot_wait else CACHE,
        )

    def _with_code(self, inputs: Mapping[str, Input]) -> dict[str, Input]:
        return {**inputs, "code": Input(uri=self.account.code_uri)}

    def _output_uri(self, step: str, output: str) -> Join:
        root = f"s3://{self.account.bucket}/pipelines/{self.pipeline}"
        return Join(on="/", values=[root, ExecutionVariables.PIPELINE_EXECUTION_ID, step, output])

    def _processing_output(self, step: str, output: Output) -> dict[str, Any]:
        return {
            "OutputName": output.name,
            "S3Output": {
                "S3Uri": self._output_uri(step, output.name) if output.uri is None else output.uri,
                "LocalPath": f"/opt/ml/processing/output/{output.name}",
                "S3UploadMode": "EndOfJob",
            },
        }

    def _cluster(self, machines: Machines) -> dict[str, Any]:
        cluster = {
            "InstanceType": machines.instance_type,
            "InstanceCount": machines.count,
            "VolumeSizeInGB": machines.volume_gb,
        }
        return cluster | ({"VolumeKmsKeyId": self.account.kms_key} if self.account.kms_key else {})

    @property
    def _output_key(self) -> dict[str, str]:
        return {"KmsKeyId": self.account.kms_key} if self.account.kms_key else {}

    @property
    def _vpc(self) -> dict[str, Any]:
        vpc = self.account.vpc
        if vpc is None:
            return {}
        return {"VpcConfig": {"Subnets": list(vpc.subnets), "SecurityGroupIds": list(vpc.security_groups)}}

    @property
    def _tags(self) -> list[dict[str, Value]]:
        ours = {"pointsman:environment": self.account.environment, "pointsman:commit": self.account.git_commit}
        return [{"Key": key, "Value": value} for key, value in {**self.tags, **ours}.items()]


def _put_on_spot(request: dict[str, Any], wait: timedelta, checkpoints: Join) -> None:
    """No parameter can choose it: SageMaker refuses MaxWaitTimeInSeconds wherever spot training is off.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    limit = timedelta(seconds=request["StoppingCondition"]["MaxRuntimeInSeconds"])
    if wait < limit:
        msg = (
            f"spot_wait, the stack's TrainOnSpotSeconds ({wait}), is shorter than the training's own limit ({limit}),"
            " which it includes"
        )
        raise ImpossibleAccount(msg)
    request["EnableManagedSpotTraining"] = True
    request["StoppingCondition"]["MaxWaitTimeInSeconds"] = int(wait.total_seconds())
    request["CheckpointConfig"] = {"S3Uri": checkpoints}  # at /opt/ml/checkpoints

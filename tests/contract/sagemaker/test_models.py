"""Models and endpoint configurations: what may be deployed, and how."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.linear_model import LinearRegression

from pipeline_defs.step_code import STEPS
from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.hosted import Hosted, refused
from tests.contract.sagemaker.serving import ROLE, Served
from tests.local.instances import eventually, unique
from train import SERVING

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000"


def package(hosted: Hosted, status: str, **container: Any) -> str:
    """The ARN of a version."""
    group = unique("group")
    hosted.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    inference = {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": hosted.archive("packaged"), **container}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    made = hosted.sagemaker.create_model_package(
        ModelPackageGroupName=group, InferenceSpecification=inference, ModelApprovalStatus=status
    )
    return str(made["ModelPackageArn"])


def test_a_model_is_kept_as_it_was_created(hosted: Hosted, served: Served) -> None:
    url = hosted.archive("one")
    container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": {"A": "1"}}
    tags = [{"Key": "team", "Value": "churn"}]
    made = hosted.sagemaker.create_model(
        ModelName="Model-1", PrimaryContainer=container, ExecutionRoleArn=ROLE, Tags=tags
    )

    assert made["ModelArn"] == f"{PREFIX}:model/model-1"
    described = hosted.sagemaker.describe_model(ModelName="Model-1")
    assert described["PrimaryContainer"] == container
    assert described["EnableNetworkIsolation"] is False
    assert hosted.sagemaker.list_tags(ResourceArn=made["ModelArn"])["Tags"] == tags
    (event,) = eventually(lambda: served.details("Model State Change"))
    assert (event["ModelName"], event["Tags"]) == ("Model-1", {"team": "churn"})

    assert refused(hosted.sagemaker.create_model, ModelName="Model-1", PrimaryContainer=container) == (
        "ValidationException",
        f'Cannot create already existing model "{PREFIX}:model/model-1".',
        400,
    )
    hosted.sagemaker.delete_model(ModelName="Model-1")
    for call in (hosted.sagemaker.describe_model, hosted.sagemaker.delete_model):
        assert refused(call, ModelName="Model-1") == (
            "ValidationException",
            f'Could not find model "{PREFIX}:model/model-1".',
            400,
        )
    assert hosted.sagemaker.list_tags(ResourceArn=made["ModelArn"])["Tags"] == []


def test_models_are_listed_newest_first(hosted: Hosted) -> None:
    names = [hosted.model("listed") for _ in range(3)]
    first = hosted.sagemaker.list_models(MaxResults=2, NameContains="listed")
    rest = hosted.sagemaker.list_models(MaxResults=2, NameContains="listed", NextToken=first["NextToken"])
    assert [model["ModelName"] for model in first["Models"] + rest["Models"]] == names[::-1]


def test_only_an_approved_version_becomes_a_model(hosted: Hosted) -> None:
    for status in ("PendingManualApproval", "Rejected"):
        arn = package(hosted, status)
        code, message, _ = refused(
            hosted.sagemaker.create_model, ModelName="m", PrimaryContainer={"ModelPackageName": arn}
        )
        assert (code, arn in message, status in message) == ("ValidationException", True, True)

    arn = package(hosted, "Approved", Environment={"A": "1", "B": "1"})
    container: dict[str, Any] = {"ModelPackageName": arn, "Environment": {"B": "2"}}
    hosted.sagemaker.create_model(ModelName="m", Containers=[container], ExecutionRoleArn=ROLE)
    assert hosted.sagemaker.describe_model(ModelName="m")["Containers"] == [container]
    assert hosted.asked(hosted.endpoint(hosted.config("m"))) == "packaged"


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ({}, "Specify one of either Image and Model Data URL or ModelPackageName in container definition."),
        ({"Image": IMAGE, "ModelPackageName": "group/1"}, "Specify one of either Image and Model Data URL or"),
        ({"ModelPackageName": f"{PREFIX}:model-package/none/1"}, "does not exist"),
        ({"Image": IMAGE, "ModelDataUrl": "s3://BUCKET/none.tar.gz"}, "Could not find model data at s3://"),
        ({"Image": IMAGE, "Mode": "MultiModel"}, "not served by the local SageMaker"),
    ],
)
def test_a_model_that_could_not_be_served_is_refused(hosted: Hosted, container: dict[str, str], message: str) -> None:
    given = {name: value.replace("BUCKET", hosted.bucket) for name, value in container.items()}
    code, said, _ = refused(hosted.sagemaker.create_model, ModelName="m", PrimaryContainer=given)
    assert (code, message in said) == ("ValidationException", True), said


def test_a_configuration_is_kept_as_it_was_created(hosted: Hosted) -> None:
    name, model = unique("Config"), hosted.model("one")
    variant = {"VariantName": "A", "ModelName": model, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    made = hosted.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    assert made["EndpointConfigArn"] == f"{PREFIX}:endpoint-config/{name.lower()}"
    described = hosted.sagemaker.describe_endpoint_config(EndpointConfigName=name)
    assert described["ProductionVariants"] == [{**variant, "InitialVariantWeight": 1.0}]
    listed = hosted.sagemaker.list_endpoint_configs(NameContains=name)["EndpointConfigs"]
    assert [config["EndpointConfigName"] for config in listed] == [name]

    assert refused(hosted.sagemaker.create_endpoint_config, EndpointConfigName=name, ProductionVariants=[variant]) == (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{made["EndpointConfigArn"]}".',
        400,
    )
    hosted.sagemaker.delete_endpoint_config(EndpointConfigName=name)
    missing = (
        "ValidationException",
        f'Could not find endpoint configuration "{made["EndpointConfigArn"]}".',
        400,
    )
    assert refused(hosted.sagemaker.describe_endpoint_config, EndpointConfigName=name) == missing
    assert refused(hosted.sagemaker.delete_endpoint_config, EndpointConfigName=name) == missing
    assert refused(hosted.sagemaker.create_endpoint, EndpointName="e", EndpointConfigName=name) == missing


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ModelName": "none"}, f'Could not find model "{PREFIX}:model/none".'),
        ({"ModelName": None}, "inference components are not served"),
        ({"ManagedInstanceScaling": {"Status": "ENABLED"}}, "Managed instance scaling is not served"),
        ({"InstanceType": None}, "either InstanceType and InitialInstanceCount, or ServerlessConfig"),
        ({"InitialVariantWeight": 0}, "weight greater than 0"),
        ({"InstanceType": "ml.none"}, "failed to satisfy constraint"),
    ],
)
def test_a_configuration_that_could_not_be_served_is_refused(
    hosted: Hosted, changes: dict[str, Any], message: str
) -> None:
    variant = {
        "VariantName": "A", "ModelName": hosted.model("m"), "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
    } | changes  # fmt: skip
    given = [{name: value for name, value in variant.items() if value is not None}]
    code, said, _ = refused(
        hosted.sagemaker.create_endpoint_config, EndpointConfigName=unique("c"), ProductionVariants=given
    )
    assert (code, message in said) == ("ValidationException", True), said


@pytest.mark.parametrize(
    ("changes", "capture", "message"),
    [
        ({}, {"DestinationS3Uri": "https://bucket.example/x"}, "must be s3://bucket/prefix, not 'https://bucket"),
        ({}, {"InitialSamplingPercentage": 101}, "failed to satisfy constraint"),
        ({}, {"CaptureOptions": [{"CaptureMode": "All"}]}, "failed to satisfy constraint"),
        ({}, {"CaptureContentTypeHeader": {"CsvContentTypes": ["csv"]}}, "failed to satisfy constraint"),
        (
            {"InstanceType": None, "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}},
            {},
            "Data capture is not supported for serverless variants.",
        ),
    ],
)
def test_a_capture_that_could_not_be_made_is_refused(
    hosted: Hosted, changes: dict[str, Any], capture: dict[str, Any], message: str
) -> None:
    instances = {} if "ServerlessConfig" in changes else {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    serverless = {name: value for name, value in changes.items() if value is not None}
    code, said, _ = refused(
        hosted.sagemaker.create_endpoint_config,
        EndpointConfigName=unique("c"),
        ProductionVariants=[{"VariantName": "A", "ModelName": hosted.model("m"), **instances, **serverless}],
        DataCaptureConfig={
            "InitialSamplingPercentage": 20,
            "DestinationS3Uri": f"s3://{hosted.bucket}/capture",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        } | capture,
    )  # fmt: skip
    assert (code, message in said) == ("ValidationException", True), said


def test_the_projects_own_models_are_served(hosted: Hosted, tmp_path: Path) -> None:
    joblib.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), tmp_path / "model.joblib")
    described = {"problem_type": "Regression", "features": ["x"], "target": "y"}
    (tmp_path / "model.json").write_text(json.dumps(described))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(tmp_path, ".")
        for script in SERVING:
            tar.add(STEPS / script, f"code/{script}")
    hosted.s3.put_object(Bucket=hosted.bucket, Key="model.tar.gz", Body=packed.getvalue())
    arn = package(
        hosted,
        "Approved",
        ModelDataUrl=f"s3://{hosted.bucket}/model.tar.gz",
        Environment={"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
    )
    container = {"ModelPackageName": arn, "Environment": {"MODEL_PACKAGE_ARN": arn}}
    hosted.sagemaker.create_model(ModelName="ours", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    endpoint = hosted.endpoint(hosted.config("ours"))

    runtime = hosted.served.runtime
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Accept="text/csv", Body=b"1\n2\n")
    assert answer["ContentType"] == "text/csv"
    assert [float(line) for line in answer["Body"].read().split()] == pytest.approx([1, 2])
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=b"3")
    assert json.loads(answer["Body"].read()) == {"predictions": pytest.approx([3]), "model_version": "1"}
    code, message, status = refused(runtime.invoke_endpoint, EndpointName=endpoint, ContentType="text/csv", Body=b"x")
    assert (code, status) == ("ModelError", 424)
    assert message.startswith(
        "Received server error (500) from primary with message \"row 1, column x: 'x' is not a finite number\"."
        " See https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:"
        f"group=/aws/sagemaker/Endpoints/{endpoint} in account 000000000000"
    )

"""The built-in XGBoost image, trained, tuned, served and asked in batch; other algorithms, refused."""

import importlib.util
import io
import pickle
import random
import tarfile
from typing import Any

import pytest

from pointsman.local.sagemaker import builtin_images
from tests.contract.sagemaker.definitions import definition, get
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_created_jobs import trained
from tests.contract.sagemaker.test_transforms import transformed
from tests.contract.sagemaker.test_tuning import created, tuning_request
from tests.local.instances import unique

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
NEW, OLD = f"{REGISTRY}/sagemaker-xgboost:1.7-1", f"{REGISTRY}/sagemaker-xgboost:1.0-1-cpu-py3"
HYPERPARAMETERS = {"num_round": "5", "max_depth": "2", "eta": "0.5", "objective": "reg:squarederror", "nthread": "1"}
installed = pytest.mark.skipif(
    importlib.util.find_spec("xgboost") is None, reason="the extra `xgboost` is not installed"
)


def rows(count: int, seed: int) -> list[list[float]]:
    """y, a, b with y = a."""
    draw = random.Random(seed)  # noqa: S311
    return [[a, a, draw.random()] for a in (draw.random() for _ in range(count))]


def put(hosted: Hosted, kind: str = "csv") -> None:
    for name, seed in (("train", 1), ("validation", 2)):
        lines = [
            ",".join(map(str, row)) if kind == "csv" else f"{row[0]} 0:{row[1]} 1:{row[2]}" for row in rows(60, seed)
        ]
        # Several files make one channel.
        for part in (0, 1):
            body = "\n".join(lines[part::2]).encode()
            hosted.s3.put_object(Bucket=hosted.bucket, Key=f"{name}/part-{part}.{kind}", Body=body)


def training_request(hosted: Hosted, image: str, content_type: str = "text/csv", **hyper: str) -> dict[str, Any]:
    return {
        "TrainingJobName": unique("xgboost"),
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "HyperParameters": HYPERPARAMETERS | hyper,
        "InputDataConfig": [
            {
                "ChannelName": name, "ContentType": content_type,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosted.bucket}/{name}/"}},
            }
            for name in ("train", "validation")
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{hosted.bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "RoleArn": ROLE,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }  # fmt: skip


def run(hosted: Hosted, request: dict[str, Any]) -> dict[str, Any]:
    hosted.sagemaker.create_training_job(**request)
    return trained(hosted.sagemaker, request["TrainingJobName"])


def model_of(hosted: Hosted, job: dict[str, Any]) -> bytes:
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{hosted.bucket}/")
    body = hosted.s3.get_object(Bucket=hosted.bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        assert tar.getnames() == ["xgboost-model"]
        member = tar.extractfile("xgboost-model")
        assert member is not None
        return member.read()


@installed
@pytest.mark.parametrize("kind", ["csv", "libsvm"])
def test_a_channel_of_either_format_trains_a_model(hosted: Hosted, served: Served, kind: str) -> None:
    put(hosted, kind)
    job = run(hosted, training_request(hosted, NEW, f"text/{kind}", eval_metric="rmse,mae"))
    assert job["TrainingJobStatus"] == "Completed", job
    metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert set(metrics) == {"train:rmse", "train:mae", "validation:rmse", "validation:mae"}
    assert metrics["validation:rmse"] < 0.15
    log = (served.directory / "jobs/training-job" / job["TrainingJobName"] / "algo-1.log").read_text()
    assert "[4]#011train-rmse:" in log
    assert model_of(hosted, job)[:1] != b"\x80"


@installed
def test_images_before_1_3_pickle_their_model(hosted: Hosted) -> None:
    put(hosted)
    job = run(hosted, training_request(hosted, OLD, objective="reg:linear"))
    assert job["TrainingJobStatus"] == "Completed", job
    assert type(pickle.loads(model_of(hosted, job))).__name__ == "Booster"  # noqa: S301


@installed
@pytest.mark.parametrize(
    ("hyperparameters", "content_type", "body", "words"),
    [
        ({"objective": "reg:nonsense"}, "text/csv", b"1,2,3\n", "reg:nonsense"),
        ({}, "application/x-parquet", b"1,2,3\n", "application/x-parquet is not read here"),
        ({}, "text/libsvm", b"1 a:b\n", "is no index of a feature"),
        ({}, "text/csv", b"y,a,b\n1,2,3\n", "no header is allowed"),
    ],
)
def test_what_it_cannot_train_with_is_the_failures_reason(
    hosted: Hosted, hyperparameters: dict[str, str], content_type: str, body: bytes, words: str
) -> None:
    for name in ("train", "validation"):
        hosted.s3.put_object(Bucket=hosted.bucket, Key=f"{name}/a.csv", Body=body)
    job = run(hosted, training_request(hosted, NEW, content_type, **hyperparameters))
    assert job["TrainingJobStatus"] == "Failed"
    assert words in job["FailureReason"]


@installed
def test_it_is_tuned_by_its_own_metrics(hosted: Hosted) -> None:
    put(hosted)
    request = tuning_request(hosted, trials=2)
    objective = {"Type": "Minimize", "MetricName": "validation:rmse"}
    training = training_request(hosted, NEW)
    request["HyperParameterTuningJobConfig"] |= {
        "HyperParameterTuningJobObjective": objective,
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.9"}]},
    }
    request["TrainingJobDefinition"] |= {
        "StaticHyperParameters": {name: value for name, value in HYPERPARAMETERS.items() if name != "eta"},
        "AlgorithmSpecification": {"TrainingImage": NEW, "TrainingInputMode": "File"},
        "InputDataConfig": training["InputDataConfig"],
    }
    job = created(hosted, request)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    assert job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] == "validation:rmse"


@installed
def test_a_pipeline_trains_creates_the_model_and_asks_it_in_batch(hosted: Hosted, served: Served) -> None:
    put(hosted)
    hosted.s3.put_object(Bucket=hosted.bucket, Key="batch/a.csv", Body=b"0.1,0.5\n0.9,0.5\n")
    train = training_request(hosted, OLD)
    del train["TrainingJobName"]
    container = {"Image": OLD, "Environment": {}, "ModelDataUrl": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosted.bucket}/batch/"}
    transform = {
        "ModelName": get("Steps.Create.ModelName"),
        "TransformInput": {"DataSource": {"S3DataSource": source}},  # no content type, as in the abalone example
        "TransformOutput": {"S3OutputPath": f"s3://{hosted.bucket}/predicted"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    served.run(
        definition([
            {"Name": "Train", "Type": "Training", "Arguments": train},
            {"Name": "Create", "Type": "Model",
             "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}},
            {"Name": "Transform", "Type": "Transform", "Arguments": transform},
        ])
    )  # fmt: skip
    lines = hosted.s3.get_object(Bucket=hosted.bucket, Key="predicted/a.csv.out")["Body"].read().decode().splitlines()
    low, high = map(float, lines)
    assert low < 0.5 < high


@installed
def test_an_endpoint_answers_csv_in_one_line(hosted: Hosted) -> None:
    put(hosted)
    job = run(hosted, training_request(hosted, NEW))
    name = unique("xgboost")
    container = {"Image": NEW, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]}
    hosted.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    endpoint = hosted.endpoint(hosted.config(name))
    answer = hosted.served.runtime.invoke_endpoint(
        EndpointName=endpoint, Body=b"0.1,0.5\n0.9,0.5", ContentType="text/csv"
    )
    low, high = map(float, answer["Body"].read().decode().split(","))
    assert low < 0.5 < high


def test_without_the_package_the_extra_is_named(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin_images, "_has_package", lambda: False)
    put(hosted)
    reason = run(hosted, training_request(hosted, NEW))["FailureReason"]
    assert "built-in XGBoost" in reason
    assert "--extra xgboost" in reason


@pytest.mark.parametrize("name", ["randomcutforest:1", "linear-learner:1", "blazingtext:latest"])
def test_other_algorithms_are_refused_by_name(hosted: Hosted, name: str) -> None:
    put(hosted)
    reason = run(hosted, training_request(hosted, f"{REGISTRY}/{name}"))["FailureReason"]
    assert f"built-in algorithm {name.partition(':')[0]}" in reason


def test_a_model_of_another_algorithm_is_not_served(hosted: Hosted) -> None:
    model = hosted.model("other", Image=f"{REGISTRY}/kmeans:1", ModelDataUrl=hosted.sources("pass"))
    hosted.s3.put_object(Bucket=hosted.bucket, Key="in/a.csv", Body=b"1")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosted.bucket}/in/"}
    job = transformed(hosted, {
        "TransformJobName": unique("transform"), "ModelName": model,
        "TransformInput": {"DataSource": {"S3DataSource": source}},
        "TransformOutput": {"S3OutputPath": f"s3://{hosted.bucket}/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    })  # fmt: skip
    assert "built-in algorithm kmeans" in job["FailureReason"]

"""From data to a prediction, for a regression and a classification, as their own files say."""

import csv
from collections.abc import Callable
from functools import partial

from pipeline_defs.sample_data import breast_cancer_objects, diabetes_objects
from pointsman.apply import apply
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, MODELS, Stack

SAMPLES: dict[str, Callable[[], dict[str, bytes]]] = {
    "diabetes": diabetes_objects,
    "breast-cancer": breast_cancer_objects,
}


def test_each_goes_from_data_to_a_version_its_approval_its_endpoint_and_a_prediction(stack: Stack) -> None:
    """Both at once, on one stack: what each costs is mostly waiting."""
    apply(stack.environment, [MODELS / f"{model}.yaml" for model in SAMPLES])
    for model, objects in SAMPLES.items():
        stack.land(objects(), under=f"{model}/training/")
    for model in SAMPLES:
        (run,) = stack.ended(1, model)
        assert run.status == "Succeeded"
        (version,) = stack.packages(model)
        stack.judge(version)
    for model, objects in SAMPLES.items():
        eventually(partial(is_in_use, stack, model), within=LAP_SECONDS)
        rows = list(csv.reader(objects()["part-00.csv"].decode().splitlines()))[1:]
        answers = ask(stack, model, [row[:-1] for row in rows])
        labels = [row[-1] for row in rows]
        assert len(answers) == len(rows)
        if model == "diabetes":
            errors = [abs(float(predicted) - float(label)) for (predicted,), label in zip(answers, labels, strict=True)]
            assert sum(errors) / len(errors) < 60
        else:
            assert sum(predicted == label for (predicted, _), label in zip(answers, labels, strict=True)) > 10
            assert all((float(share) > 0.5) == (predicted == "malignant") for predicted, share in answers)


def is_in_use(stack: Stack, model: str) -> bool:
    return [stack.champion(model)] == stack.packages(model)


def ask(stack: Stack, endpoint: str, rows: list[list[str]]) -> list[list[str]]:
    """The lines of the endpoint's answer, for rows without their labels."""
    body = "".join(f"{','.join(row)}\n" for row in rows)
    answer = stack.environment.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Accept="text/csv", Body=body
    )
    return list(csv.reader(answer["Body"].read().decode().splitlines()))

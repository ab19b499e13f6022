"""Two models can't have one folder, endpoint, schedule or alarm; who is told so learns the file, line and field."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from control_plane.models import ModelSpec
from pointsman.clashes import clashes
from tests.fakes import FakeLedger
from tests.samples import BUCKET, MORNING, deployed_spec, model_spec, spec_document

CLAIMS: dict[str, Any] = {
    "deployment.endpoint": "prod",
    "monitor.schedules": {"prod-quality": "data_quality"},
    "monitor.alarms": {"prod/accuracy": "model_quality"},
}


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


def written(folder: Path, model: str, **claims: Any) -> tuple[Path, ModelSpec]:
    path = folder / f"{model}.yaml"
    document = spec_document(model, claims)
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path, ModelSpec.model_validate(document)


def told(folder: Path, ledger: FakeLedger, *files: tuple[Path, ModelSpec]) -> list[str]:
    environment: Any = SimpleNamespace(ledger=ledger)
    return [problem.replace(f"{folder}/", "") for problem in clashes(environment, dict(files))]


def test_files_that_have_nothing_in_common_and_a_model_that_keeps_its_own(tmp_path: Path, ledger: FakeLedger) -> None:
    churn = written(tmp_path, "churn", **CLAIMS)
    ledger.apply(churn[1], MORNING)
    assert told(tmp_path, ledger, churn, written(tmp_path, "fraud")) == []


def test_names_that_another_model_has(tmp_path: Path, ledger: FakeLedger) -> None:
    ledger.apply(model_spec("churn", changes=CLAIMS), MORNING)
    fraud = written(tmp_path, "fraud", **CLAIMS, **{"data.training.prefix": "churn/training/"})
    assert told(tmp_path, ledger, fraud) == [
        f"fraud.yaml:5: data.training.prefix: s3://{BUCKET}/churn/training/ is model churn's already",
        "fraud.yaml:21: deployment.endpoint: endpoint prod is model churn's already",
        "fraud.yaml:24: monitor.schedules.prod-quality: schedule prod-quality is model churn's already",
        "fraud.yaml:26: monitor.alarms.prod/accuracy: alarm prod/accuracy is model churn's already",
    ]


def test_names_that_two_files_claim_at_once(tmp_path: Path, ledger: FakeLedger) -> None:
    files = [written(tmp_path, model, **CLAIMS) for model in ("churn", "fraud")]
    found = told(tmp_path, ledger, *files)
    assert found[0].endswith("deployment.endpoint: endpoint prod is also claimed by churn.yaml")
    assert len(found) == 3


def test_what_another_file_gives_up_is_applied_one_after_the_other(tmp_path: Path, ledger: FakeLedger) -> None:
    ledger.apply(deployed_spec("churn", changes={"deployment.endpoint": "prod"}), MORNING)
    churn, fraud = written(tmp_path, "churn"), written(tmp_path, "fraud", **{"deployment.endpoint": "prod"})
    (found,) = told(tmp_path, ledger, churn, fraud)
    assert "model churn's already, and churn.yaml gives it up: apply that file alone first" in found

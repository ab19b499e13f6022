"""What models cost by month, over an in-memory ledger."""

import io
import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console, RenderableType

from control_plane.costs import Estimate, Spending
from control_plane.records import Cost
from pointsman.cli import look
from pointsman.cost_tables import cost_table, estimate_table, estimates_text
from pointsman.costs import MonthlyCost, estimates, month, monthly_costs
from pointsman.errors import BadRequest, NotFound
from pointsman.models import expected_costs
from tests.fakes import FakeHistory, FakeLedger
from tests.samples import EVALUATION, MORNING, TRAINING, begun, done, ended, evaluated_spec, model_spec, run_of

OCTOBER, NOVEMBER = month("2026-10")[0], month("2026-11")[0]


@pytest.fixture
def environment() -> Any:
    """Four runs: two of churn in November, one in October and one of another model."""
    ledger = FakeLedger()
    ledger.apply(evaluated_spec(), MORNING)
    ledger.apply(model_spec("other"), MORNING)
    runs: list[tuple[str, str, Cost | None]] = [
        ("churn", "2026-11-20T09:00Z", Cost(usd=1.25)),
        ("churn", "2026-11-01T00:00Z", Cost(unknown="no rate")),
        ("churn", "2026-10-31T23:59Z", Cost(usd=0.5)),
        ("other", "2026-11-02T00:00Z", Cost(usd=2.0)),
        ("other", "2026-11-03T00:00Z", None),
    ]
    for number, (model, began, cost) in enumerate(runs):
        decision = begun(f"d{number}", f"f{number}", model=model, decided_at=datetime.fromisoformat(began))
        run = run_of(decision, number)
        ledger.begin(decision, None)
        ledger.complete(done(decision, run), run)
        if cost:
            ledger.end_run(ended(run).model_copy(update={"cost": cost}))
    return SimpleNamespace(ledger=ledger, history=FakeHistory(ledger))


def test_costs_are_told_by_month_and_model(environment: Any) -> None:
    november = [
        MonthlyCost("2026-11", "churn", Spending(1.25, 2, 1, ("no rate",))),
        MonthlyCost("2026-11", "other", Spending(2.0, 1, 0)),
    ]
    october = MonthlyCost("2026-10", "churn", Spending(0.5, 1, 0))
    assert monthly_costs(environment, None, *month("2026-11")) == november
    assert monthly_costs(environment, None, OCTOBER) == [*november, october]
    assert monthly_costs(environment, "churn", OCTOBER, NOVEMBER) == [october]
    assert monthly_costs(environment, "other", OCTOBER, NOVEMBER) == []


def test_costs_of_a_model_that_is_not_there_are_asked_for_in_vain(environment: Any) -> None:
    with pytest.raises(NotFound, match="no model 'nobody'"):
        monthly_costs(environment, "nobody", OCTOBER)


@pytest.mark.parametrize("text", ["2026", "2026-13", "11-2026", "november"])
def test_a_month_that_is_none_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(BadRequest, match=rf"--month: expected a month such as 2026-11 \(found '{text}'\)"):
        month(text)


def test_estimates_say_what_they_go_by(environment: Any) -> None:
    found = estimates(environment, environment.ledger.model("churn"))
    why = "no run of pointsman-evaluation has succeeded yet"
    assert found == {TRAINING: Estimate(0.875, 2), EVALUATION: Estimate(None, 0, why)}
    assert estimates_text(found) == f"training about 0.88 USD, the median of 2; evaluation unknown: {why}"


def test_what_the_next_runs_may_cost_is_told_of_every_model_or_of_one(environment: Any) -> None:
    every = expected_costs(environment, None)
    assert [(row.model, row.purpose, row.estimate.usd) for row in every] == [
        ("churn", TRAINING, 0.875),
        ("churn", EVALUATION, None),
        ("other", TRAINING, 2.0),
    ]
    assert expected_costs(environment, "churn") == every[:2]
    with pytest.raises(NotFound, match="no model 'nobody'"):
        expected_costs(environment, "nobody")
    shown = printed(estimate_table(every, "us-east-1"))
    assert " ".join(shown[3].split()) == "churn evaluation unknown: no run of pointsman-evaluation has succeeded yet"


def printed(*pictures: RenderableType) -> list[str]:
    console = Console(file=io.StringIO(), width=200)
    console.print(*pictures)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def test_the_table_names_what_it_cannot_count_and_why(environment: Any) -> None:
    shown = printed(cost_table(monthly_costs(environment, "churn", *month("2026-11")), "us-east-1"))
    assert shown[2].split() == ["2026-11", "churn", "2", "1.25", "1:", "no", "rate"]
    assert "rates of us-east-1 in functions/control_plane/prices.py, read 2026-07-30 to 2026-09-13" in shown[3]
    assert "no storage, no endpoints" in shown[3]
    assert printed(cost_table([], "us-east-1")) == ["no runs have ended in that time"]


def test_a_region_without_rates_is_said_to_be_one(environment: Any) -> None:
    shown = printed(cost_table(monthly_costs(environment, "churn", *month("2026-11")), "ap-northeast-3"))
    assert shown[3].startswith("no rate of ap-northeast-3 is known; add those of what you use to functions/")


def test_the_command_tells_one_of_the_two(
    environment: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.region = "us-east-1"
    monkeypatch.setattr(look, "environment", lambda *_: environment)
    look.cost("churn", estimate=True, as_json=True)
    expected, unknown = json.loads(capsys.readouterr().out)
    assert expected == {"model": "churn", "purpose": "training", "usd": 0.875, "runs": 2, "unknown": ""}
    assert unknown["usd"] is None
    assert unknown["unknown"] == "no run of pointsman-evaluation has succeeded yet"
    look.cost("churn", in_month="2026-11", as_json=True)
    [november] = json.loads(capsys.readouterr().out)
    assert (november["usd"], november["unknown"], november["reasons"]) == (1.25, 1, ["no rate"])
    with pytest.raises(BadRequest, match="expected one of them"):
        look.cost("churn", in_month="2026-11", estimate=True)

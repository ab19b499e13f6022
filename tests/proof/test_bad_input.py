"""Whatever comes, a room answers it, or raises an error of ours: then its event ends among the dead letters, with why.

Events for each room, and definitions of pipelines, made of samples by chance.
"""

import copy
import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control_plane.adapters.dynamodb.items import decision_item
from control_plane.errors import ControlPlaneError, InvalidEvent
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.errors import DefinitionError
from pointsman.rehearsal.state_file import StateFile
from tests.fakes import FakeControlPlane, FakeLedger
from tests.proof.conftest import Count
from tests.proof.mutations import JSON, mutations
from tests.sample_events import FOLDER, index, sample_event
from tests.samples import skipped
from tests.unit.test_architecture import ROOMS

SOME, ALL = 200, 5_000
COMPILED = Path(__file__).parents[2] / "pipeline_defs/compiled"
MEGABYTE = "nonsense " * 116_509
STATE = StateFile.read(FOLDER / "states" / "serving.yaml")
_ROWS = STATE.ledger()._store.rows


@cache
def samples(room: str) -> list[Any]:
    """As Lambda hands them to the room: what it makes of a queue or of a stream is always of its own shape."""
    if room == "on_record":
        item = {name: {"S": str(value)} for name, value in decision_item(skipped()).items()}
        return [{"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": item}}]}]
    events = [sample_event(name) for name, expected in index().items() if expected.room == room]
    if room != "on_data_arrival":
        return events
    return [{"Records": [{"messageId": "m1", "body": json.dumps(event)}]} for event in events]


@st.composite
def mutated(draw: st.DrawFn, room: str) -> Any:
    event = copy.deepcopy(draw(st.sampled_from(samples(room))))
    record: Any = event["Records"][0] if "Records" in event else None
    told = json.loads(record["body"]) if room == "on_data_arrival" else event if record is None else record
    told = draw(mutations([told]))
    if room == "on_data_arrival":
        text = json.dumps(told)
        record["body"] = text[: draw(st.integers(0, len(text)) | st.none())]
        return event
    return told if record is None else {"Records": [told]}


def world() -> FakeControlPlane:
    ledger = FakeLedger()
    ledger._store._rows = _ROWS.copy()
    plane = FakeControlPlane(STATE.now, STATE.artifact_bucket, ledger)
    plane.registry.packages |= {package.arn: package for package in STATE.packages}
    plane.endpoints.endpoints |= {endpoint.name: endpoint for endpoint in STATE.endpoints}
    plane.monitors.runs |= {run.job_arn: run for run in STATE.monitor_runs}
    for uri, content in STATE.objects.items():
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        plane.objects.write(bucket, key, (content if isinstance(content, str) else json.dumps(content)).encode())
    return plane


@cache
def module(room: str) -> Any:
    return import_module(f"{room}.handler")


def answer(room: str, event: Any) -> str:
    """As JSON, which Lambda makes of it."""
    with pytest.MonkeyPatch.context() as patch:
        plane = world()
        patch.setattr(module(room), "control_plane", lambda: plane)
        return json.dumps(module(room).handler(event, None))


def try_all(handled: Callable[[Any], None], inputs: st.SearchStrategy[Any], number: int) -> None:
    settled = settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    settled(given(inputs)(handled))()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_raises_nothing_but_our_own_2(room: str, thorough: bool, count: Count) -> None:  # noqa: FBT001  a fixture
    refused: list[bool] = []

    def handled(event: Any) -> None:
        try:
            answer(room, event)
            refused.append(False)
        except ControlPlaneError as error:
            refused.append(bool(str(error)))

    number = ALL if thorough else SOME
    try_all(handled, mutated(room), number if room != "on_tick" else 50)  # which never looks at its event
    count(**{"mutated events": len(refused)})
    takes_all = room in {"on_data_arrival", "on_tick"}  # a batch names what failed; a tick asks nothing
    assert any(refused) != takes_all
    assert not all(refused)


def test_a_definition_is_read_or_refused_with_what_is_wrong(thorough: bool, count: Count) -> None:  # noqa: FBT001
    """By the embedded AWS; from there it is SageMaker's ValidationException."""
    refused: list[bool] = []

    def handled(definition: Any) -> None:
        try:
            parse(definition if isinstance(definition, str) else json.dumps(definition))
            refused.append(False)
        except DefinitionError as error:
            refused.append(bool(str(error)))

    compiled = [json.loads(path.read_text()) for path in sorted(COMPILED.glob("*.json"))]
    try_all(handled, mutations(compiled) | JSON | st.text(max_size=50), ALL if thorough else SOME)
    count(**{"mutated definitions": len(refused)})
    assert {True, False} == set(refused)


def test_a_definition_that_is_too_deep_is_refused() -> None:
    with pytest.raises(DefinitionError, match="deep"):
        parse("[" * 100_000)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("event", [[], "nonsense", 7, None, MEGABYTE, [MEGABYTE]], ids=lambda event: str(event)[:10])
def test_what_is_no_object_is_refused_with_what_it_is(room: str, event: Any) -> None:
    with pytest.raises(InvalidEvent, match="expected a JSON object"):
        answer(room, event)


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "on_tick"])
def test_a_megabyte_of_nonsense_is_refused_or_named_as_failed(room: str) -> None:
    if room == "on_data_arrival":
        batch = [{"messageId": "m1", "body": MEGABYTE}, *samples(room)[0]["Records"]]
        assert json.loads(answer(room, {"Records": batch})) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
        return
    with pytest.raises(ControlPlaneError) as refused:
        answer(room, {"Records": [MEGABYTE]} if room == "on_record" else dict.fromkeys(samples(room)[0], MEGABYTE))
    assert len(str(refused.value)) < 2_000, "an error that is as long as the event helps nobody"


@pytest.mark.parametrize("name", [name for name, expected in index().items() if expected.room not in {"-", "on_tick"}])
def test_an_event_of_another_account_region_and_bucket_has_an_outcome_or_is_refused(name: str) -> None:
    text = json.dumps(sample_event(name)).replace("111122223333", "999999999999").replace("us-east-1", "eu-west-9")
    event = json.loads(text.replace("amzn-s3-demo-bucket", "somebody-elses"))
    room = index()[name].room
    batch = {"Records": [{"messageId": "m1", "body": json.dumps(event)}]}
    assert answer(room, batch if room == "on_data_arrival" else event)

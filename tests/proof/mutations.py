"""JSON that nobody meant: samples of which parts are gone, of another type, of another shape, or long."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "x" * 5_000, "arn:aws:sagemaker:eu-west-9:999999999999:pipeline/a/execution/b", "2026-13-45T99:00Z"]
    ),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutations(draw: st.DrawFn, samples: list[Any]) -> Any:
    """One of the samples, changed in one to four places."""
    told = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 4))):
        told = mutate(draw, told)
    return told


def places(document: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of every part, itself last."""
    parts = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, part in parts:
        yield from places(part, (*above, name))
    if above:
        yield above


def mutate(draw: st.DrawFn, event: Any) -> Any:
    where = list(places(event))
    if not where:
        return draw(JSON)
    *above, name = draw(st.sampled_from(where))
    holder = event
    for part in above:
        holder = holder[part]
    match draw(st.sampled_from(["remove", "replace", "list", "text"])):
        case "remove":
            del holder[name]
        case "replace":
            holder[name] = draw(JSON)
        case "list":
            holder[name] = [holder[name], holder[name]]
        case "text":
            holder[name] = json.dumps(holder[name])
    return event

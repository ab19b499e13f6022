"""New events, by kind: valid, with ids and times of their own. The samples are what they are made of."""

import json
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pointsman.checkout import project_root
from pointsman.errors import BadRequest
from pointsman.places import SAMPLES

_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?(?:Z|\+0000))")
_MILLISECONDS = re.compile(r"\b1[6-9]\d{11}\b")
_NAMES = re.compile(r"Churn-Prod|churn-prod|churn")
_VERSION = re.compile(r'(:model-package/[^/"]+/|"ModelPackageVersion": )\d+')


@dataclass(frozen=True)
class About:
    """Whom a new event is about; the samples' model is `churn`, its endpoint `Churn-Prod`."""

    model: str = "churn"
    endpoint: str | None = None
    version: int | None = None


def kinds() -> list[str]:
    """Those that there are samples of, by the samples' names."""
    return sorted(path.stem for path in _folder().glob("*.json"))


def new_event(kind: str, about: About, changes: Sequence[str] = ()) -> Mapping[str, Any]:
    """A sample of now, with `PATH=VALUE` changed, such as `detail.share=0.5`; values are JSON, or else text.

    Raises BadRequest.
    """
    name = kind.replace("-", "_")
    if name not in kinds():
        raise BadRequest(f"no kind of event {kind!r}; there are {', '.join(kinds())}")
    event = _fresh(json.loads(_of_now(_about((_folder() / f"{name}.json").read_text(), about))), name)
    for change in changes:
        _change(event, change)
    return event


def envelope(detail_type: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """An event on our own source, as EventBridge makes it of an entry, in the samples' account."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": "pointsman",
        "account": SAMPLES.account,
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": SAMPLES.region,
        "resources": [],
        "detail": dict(detail),
    }


def _about(text: str, about: About) -> str:
    endpoint = about.endpoint or ("Churn-Prod" if about.model == "churn" else about.model)
    names = {"churn": about.model, "Churn-Prod": endpoint, "churn-prod": endpoint.lower()}
    text = _NAMES.sub(lambda found: names[found[0]], text)
    return text if about.version is None else _VERSION.sub(rf"\g<1>{about.version}", text)


def _of_now(text: str) -> str:
    """All of its times go along with that of the event, each in its own form."""
    first = _ISO.search(text)
    if first is None:
        return text
    by = datetime.now(UTC).replace(microsecond=0) - datetime.fromisoformat(f"{first[1]}+00:00")

    def later(found: re.Match[str]) -> str:
        return f"{datetime.fromisoformat(found[1]) + by:%Y-%m-%dT%H:%M:%S}{found[2]}"

    milliseconds = by // timedelta(milliseconds=1)
    return _MILLISECONDS.sub(lambda found: str(int(found[0]) + milliseconds), _ISO.sub(later, text))


def _fresh(event: dict[str, Any], name: str) -> dict[str, Any]:
    """What tells it from every other: its id, the name that its sender gave it, the write that an object came of."""
    event["id"] = str(uuid.uuid4())
    event.pop("replay-name", None)
    detail = event["detail"]
    if isinstance(detail, dict) and "id" in detail:
        detail["id"] = f"{name.replace('_', '-')}-{secrets.token_hex(4)}"
    if isinstance(detail, dict) and "object" in detail:
        fresh = {"version-id": secrets.token_urlsafe(24), "sequencer": secrets.token_hex(9).upper()}
        detail["object"] |= {part: value for part, value in fresh.items() if part in detail["object"]}
    return event


def _change(event: dict[str, Any], change: str) -> None:
    path, equals, text = change.partition("=")
    *above, name = path.split(".")
    place: Any = event
    for part in above:
        place = place.setdefault(part, {}) if isinstance(place, dict) else None
    if not equals or not isinstance(place, dict):
        raise BadRequest(f"--set {change}: expected PATH=VALUE, such as detail.share=0.5")
    try:
        place[name] = json.loads(text)
    except ValueError:
        place[name] = text


def _folder() -> Path:
    return project_root() / "events"

"""Puts a snapshot back, and mends what a stop in the middle of something leaves behind."""

# ruff: noqa: SLF001, S301  (the pickle is our own file in the user's own directory)

import logging
import pickle
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pointsman.errors import UnreadableState
from pointsman.local.aws.ministack import TESTED_VERSION, MiniStack

logger = logging.getLogger(__name__)

# A file's time comes from a coarser clock than the snapshot's.
CLOCK_SLACK_SECONDS = 0.05

_INTERRUPTED = "The embedded AWS stopped during this operation"


@dataclass(frozen=True)
class Saved:
    """A snapshot read back. `taken` is the moment of its capture, in epoch seconds."""

    taken: float
    state: Mapping[str, bytes]

    def part(self, name: str, default: Any) -> Any:
        return pickle.loads(self.state[name]) if name in self.state else default


def read(path: Path) -> Saved | None:
    """The snapshot at `path`; None when there is none yet. Raises UnreadableState."""
    try:
        document = pickle.loads(path.read_bytes())
        saved_by = document["ministack"]
    except FileNotFoundError:
        return None
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ImportError, AttributeError) as error:
        raise UnreadableState(f"{path} is damaged ({error}); remove {path.parent} to start afresh") from None
    if saved_by != TESTED_VERSION:
        raise UnreadableState(f"{path} was saved with MiniStack {saved_by}; remove {path.parent} to start afresh")
    return Saved(document["taken"], document["state"])


def restore(ministack: MiniStack, saved: Saved) -> None:
    """Load every service's state; queue messages and stacks that were in progress become usable again."""
    app = ministack.app
    for key in app._state_map.keys() & saved.state.keys():
        app._get_module(app._state_map[key]).load_persisted_state(saved.part(key, None))
    _free_messages(ministack)
    _move_queues(ministack)
    _end_stack_operations(ministack)
    _activate_functions(ministack)


def _free_messages(ministack: MiniStack) -> None:
    """What was received and not deleted becomes visible: its receiver is gone."""
    for queue in ministack.sqs._queues._data.values():
        for message in queue["messages"]:
            if message.get("receive_count"):
                message["visible_at"] = min(message["visible_at"], time.time())


def _move_queues(ministack: MiniStack) -> None:
    """Queues' URLs get the port of this run, also where stacks have them: ids of resources, outputs, exports."""
    queues, moved = ministack.sqs._queues, {}
    for account, region, url in list(queues._data):
        queue = queues._data.pop((account, region, url))
        moved[url] = urlsplit(url)._replace(netloc=ministack.sqs._CANONICAL_NETLOC).geturl()
        queues._data[account, region, moved[url]] = {**queue, "url": moved[url]}
    ministack.sqs._queue_name_to_url.clear()
    ministack.sqs._rebuild_queue_name_index()
    _replace(ministack.cloudformation._stacks._data, moved)
    _replace(ministack.cloudformation._exports._data, moved)


def _replace(holder: dict[Any, Any] | list[Any], new: Mapping[str, str]) -> None:
    """Each string that `new` has another for, at any depth."""
    for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        if isinstance(value, (dict, list)):
            _replace(value, new)
        elif isinstance(value, str) and value in new:
            holder[key] = new[value]


def _end_stack_operations(ministack: MiniStack) -> None:
    """A create that was cut short can be deleted; after an update that was, the next deployment can proceed."""
    ends = {
        "CREATE_IN_PROGRESS": "ROLLBACK_COMPLETE",
        "ROLLBACK_IN_PROGRESS": "ROLLBACK_COMPLETE",
        "DELETE_IN_PROGRESS": "DELETE_FAILED",
    }
    for key, stack in ministack.cloudformation._stacks._data.items():
        status = stack.get("StackStatus", "")
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            stack["StackStatus"] = ends.get(status, "UPDATE_ROLLBACK_COMPLETE")
            stack["StackStatusReason"] = _INTERRUPTED
            logger.warning("the stack %s was %s at the last stop: now %s", key[-1], status, stack["StackStatus"])


def _activate_functions(ministack: MiniStack) -> None:
    for function in ministack.lambda_svc._functions._data.values():
        config = function["config"]
        if config.get("State") == "Pending" or config.get("LastUpdateStatus") == "InProgress":
            config.update(State="Active", StateReason="", LastUpdateStatus="Successful", LastUpdateStatusReason="")


def announce_young_objects(ministack: MiniStack, saved: Saved) -> None:
    """Send the event of each object that was put after the snapshot: the object is on disk, its event was not.

    An object that was put just before may be announced twice, as S3 does at times.
    """
    s3 = ministack.s3
    for (account, bucket), record in list(s3._buckets._data.items()):
        for key, item in list(record["objects"].items()):
            path = s3._object_disk_path(bucket, key, account)
            if _is_younger(path, saved.taken - CLOCK_SLACK_SECONDS):
                logger.warning("announcing %s/%s again, which was put just before the last stop", bucket, key)
                with ministack.responses.request_scope(account, ministack.responses.get_region()):
                    _announce(ministack, bucket, key, item)


def _is_younger(path: str | None, moment: float) -> bool:
    try:
        return path is not None and Path(path).stat().st_mtime > moment
    except FileNotFoundError:
        return False


def _announce(ministack: MiniStack, bucket: str, key: str, item: dict[str, Any]) -> None:
    ministack.s3._fire_s3_event_async(
        bucket,
        key,
        "s3:ObjectCreated:Put",
        size=item["size"],
        etag=item["etag"],
        version_id=item.get("version_id"),
    )

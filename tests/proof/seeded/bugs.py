"""Which bugs: each a text of `functions/` that becomes another one, and the tests that are to see it."""

from dataclasses import dataclass
from pathlib import Path

FUNCTIONS = Path(__file__).parents[3] / "functions"
SIMULATION = ("tests/proof/test_simulation.py",)
CRASHES = ("tests/proof/test_crashes.py",)


@dataclass(frozen=True)
class Bug:
    """`before` stands once in `file`, a path under `functions/`."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...] = SIMULATION

    def apply(self, functions: Path) -> None:
        """Raises ValueError where the text has gone."""
        path = functions / self.file
        text = path.read_text()
        if text.count(self.before) != 1:
            raise ValueError(f"{self.name}: {self.file} has this {text.count(self.before)} times: {self.before}")
        path.write_text(text.replace(self.before, self.after))


def unit(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/unit/{name}" for name in names)


def ledger(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/contract/test_ledger_{name}.py" for name in names)


_REREAD = "    current = plane.ledger.decision(decision.id)\n"
_IF_NOT = "    if current is None or current.status is not DecisionStatus."

BUGS = (
    Bug(
        "the slot is taken whoever has it",
        "control_plane/adapters/dynamodb/slots.py",
        'free = f"attribute_exists(pk) AND attribute_not_exists({slot}){stays}"',
        'free = f"attribute_exists(pk){stays}"',
        ledger("decisions"),
    ),
    Bug(
        "a decision is recorded over another",
        "control_plane/adapters/dynamodb/transactions.py",
        'Write(Put(items.decision_item(decision)), "attribute_not_exists(pk)", conflict=_already_decided)',
        "Write(Put(items.decision_item(decision)))",
        ledger("decisions"),
    ),
    Bug(
        "freeing the slot drops what waits for it",
        "control_plane/adapters/dynamodb/slots.py",
        'Update(keys.model_key(model), f"REMOVE {slot}_decision, {slot}_run"),',
        'Update(keys.model_key(model), f"REMOVE {slot}_decision, {slot}_run, pending_training"),',
        ledger("pending"),
    ),
    Bug(
        "each try has a token of its own",
        "control_plane/calls.py",
        "token=token(decision.id),",
        'token=token(f"{decision.id} {self.now()}"),',
        (*CRASHES, *unit("on_tick/test_setbacks.py")),
    ),
    Bug(
        "SageMaker is called before the decision is on record",
        "control_plane/dispatcher.py",
        "self.ledger.begin(decision, subject.window)\n",
        "self.calls.make(decision)\n                    self.ledger.begin(decision, subject.window)\n",
    ),
    Bug(
        "the slot is taken after the call",
        "control_plane/dispatcher.py",
        "        try:\n            self.ledger.take_up(begun)\n",
        "        try:\n            self.calls.make(begun)\n            self.ledger.take_up(begun)\n",
    ),
    Bug(
        "what came of a call isn't recorded",
        "control_plane/dispatcher.py",
        "        self.ledger.complete(done, came)\n",
        "",
    ),
    Bug(
        "what a lagging index shows as begun is believed",
        "on_tick/looks.py",
        f"{_REREAD}{_IF_NOT}BEGUN:\n",
        f"    current = decision\n{_IF_NOT}BEGUN:\n",
        unit("on_tick/test_waiting.py"),
    ),
    Bug(
        "what a lagging index shows as waiting is believed",
        "on_tick/looks.py",
        f"{_REREAD}{_IF_NOT}DEFERRED:\n",
        f"    current = decision\n{_IF_NOT}DEFERRED:\n",
        unit("on_tick/test_waiting.py"),
    ),
    Bug(
        "ticks don't look at runs",
        "on_tick/looks.py",
        "    if plane.pipelines.describe(run.arn).has_ended:\n",
        "    if False:\n",
    ),
    Bug(
        "a tick looks at the first due item only",
        "on_tick/handler.py",
        "for item in due:",
        "for item in due[:1]:",
    ),
    Bug(
        "one broken item stops the tick",
        "on_tick/handler.py",
        "            failures.append(error)\n",
        "            raise\n",
        unit("on_tick/test_setbacks.py"),
    ),
    Bug(
        "a look after a model hears of monitors' runs until now",
        "on_tick/monitor_runs.py",
        "    return max(since, until)\n",
        "    return plane.now()\n",
        CRASHES,
    ),
    Bug(
        "ticks tell of the newest approval alone",
        "on_tick/looking_after.py",
        "*news_of(model, approved)]",
        "*news_of(model, approved)[-1:]]",
        unit("on_tick/test_looking_after.py"),
    ),
    Bug(
        "a batch's windows but the first are forgotten",
        "on_data_arrival/decide.py",
        "for group in by_window.values()\n",
        "for group in list(by_window.values())[:1]\n",
    ),
    Bug(
        "every object completes its window",
        "on_data_arrival/decide.py",
        'complete = event.key.rpartition("/")[2] == route.source.close.manifest',
        "complete = True",
    ),
    Bug(
        "drift is known by its delivery",
        "on_drift/sources.py",
        "else drift_decision_id(event.identity)",
        "else drift_decision_id(event.id)",
    ),
    Bug(
        "an approval is known by its delivery",
        "on_model_package/handler.py",
        'f"package-{hashlib.sha256(event.identity.encode()).hexdigest()[:24]}"',
        'f"package-{hashlib.sha256(event.id.encode()).hexdigest()[:24]}"',
    ),
    Bug(
        "the latest approved version is deployed",
        "on_model_package/handler.py",
        "        model = plane.ledger.model(package.group)\n",
        "        known = plane.registry.approvals(package.group)\n"
        '        approved = [arn for arn in known if known[arn] == "Approved"]\n'
        "        package = plane.registry.describe(max(approved, default=package.arn))\n"
        "        model = plane.ledger.model(package.group)\n",
    ),
    Bug(
        "a version is deployed whatever the registry says of it by then",
        "control_plane/calls.py",
        '        if package.approval_status != "Approved":\n',
        "        if False:\n",
    ),
    Bug(
        "the champion moves before the endpoint's configuration is compared",
        "on_endpoint/decide.py",
        "    if endpoint.config == request.config:\n",
        "    if True:\n",
    ),
    Bug(
        "the champion moves while the endpoint is still changing",
        "on_endpoint/decide.py",
        "    if not endpoint.has_settled:\n        return Skip(",
        "    if endpoint is None:\n        return Skip(",
        unit("on_endpoint/test_decide.py"),
    ),
    Bug(
        "a version that fails its own sample becomes champion",
        "on_endpoint/decide.py",
        "    if answer.is_good:\n",
        "    if True:\n",
        CRASHES,
    ),
    Bug(
        "the last champion's monitor stays",
        "on_endpoint/watching.py",
        "    _remove(before, tuple(plan.watched for plan in action.plans), plane)\n",
        "",
        CRASHES,
    ),
    Bug(
        "collecting keeps one configuration whatever the spec says",
        "control_plane/collecting.py",
        "yield from list(dict.fromkeys(request.config for request in served))[:keep]",
        "yield from list(dict.fromkeys(request.config for request in served))[:1]",
        unit("control_plane/test_collecting.py"),
    ),
    Bug(
        "collecting deletes what serves",
        "control_plane/collecting.py",
        "    kept = {*in_use, *_worth_going_back_to(deployments, champion, keep)}\n",
        "    kept: set[str] = set()\n",
    ),
    Bug(
        "a fingerprint depends on the order in which objects are listed",
        "control_plane/manifests.py",
        "tuple(sorted(objects, key=lambda item: item.key))",
        "tuple(objects)",
        unit("control_plane/test_manifests.py"),
    ),
    Bug(
        "a cooldown is over as soon as it begins",
        "control_plane/admission.py",
        "    if last and cooldown and now < last + cooldown:\n",
        "    if last and cooldown and now < last:\n",
    ),
    Bug(
        "a cooldown is counted from now",
        "control_plane/admission.py",
        "        over = last + cooldown\n",
        "        over = now + cooldown\n",
        unit("control_plane/test_admission.py"),
    ),
    Bug(
        "a pause holds nothing",
        "control_plane/admission.py",
        "    if model.paused:\n",
        "    if False:\n",
    ),
    Bug(
        "a freeze holds nothing",
        "control_plane/admission.py",
        "    if frozen := model.spec.policy.frozen_until(now):\n",
        "    if frozen := None:\n",
    ),
    Bug(
        "a quota that is used up is an error",
        "control_plane/dispatcher.py",
        "        except (CapacityExceeded, EndpointBusy, AlarmsMissing) as later:\n",
        "        except (EndpointBusy, AlarmsMissing) as later:\n",
        CRASHES,
    ),
    Bug(
        "a rejected champion stays",
        "control_plane/deployments.py",
        "        return rejected == self.in_use and not replaced\n",
        "        return False\n",
    ),
    Bug(
        "a daily budget allows one more",
        "control_plane/admission.py",
        "    if limit and len(day) >= limit:\n",
        "    if limit and len(day) > limit:\n",
        unit("control_plane/test_admission.py"),
    ),
    Bug(
        "what is decided anew names the spec of before",
        "control_plane/drafts.py",
        '        "revision": revision.spec or decision.revision,\n',
        "",
        ("tests/proof/test_recomputing.py",),
    ),
)

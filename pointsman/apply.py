"""Bring an environment to what the checkout says: pipelines compiled and upserted, model specs in the ledger."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from control_plane.models import ModelSpec
from control_plane.records import UnreadableModel
from pipeline_defs.account import ImpossibleAccount
from pipeline_defs.compile import compile_pipelines
from pipeline_defs.scripts import UnknownName
from pipeline_defs.step_code import step_code
from pointsman.clashes import clashes
from pointsman.environment import LOCAL, Environment
from pointsman.errors import InvalidSpec, NotCompilable
from pointsman.guards import guards
from pointsman.pipeline_account import account_of
from pointsman.run_parameters import parameter_problems
from pointsman.spec_files import load_specs, place
from pointsman.upserts import (
    Change,
    Planned,
    look_for_image,
    plan_alarm,
    plan_code,
    plan_group,
    plan_model,
    plan_pipeline,
)

_LEFT = "it is in no file; no command removes models"


@dataclass(frozen=True)
class Plan:
    """All that `apply` looks at, in the order in which it is brought about."""

    planned: tuple[Planned, ...]

    @property
    def changes(self) -> list[Change]:
        return [planned.change for planned in self.planned]

    @property
    def is_empty(self) -> bool:
        return not any(change.is_one for change in self.changes)

    def carry_out(self) -> None:
        for planned in self.planned:
            if planned.change.is_one:
                planned.carry_out()


def plan(environment: Environment, files: Sequence[Path], *, whole: bool = False) -> Plan:
    """Compile, check everything, and compare; an error leaves nothing half applied.

    Raises InvalidSpec, NotDeployed, NotCompilable.
    `whole`: the files are all that there are, so other models of the ledger are worth a word.
    """
    specs = load_specs(files, environment.outputs)
    code = step_code()
    account = account_of(environment, code)
    try:
        definitions = compile_pipelines(account)
    except (ImpossibleAccount, UnknownName) as error:
        raise NotCompilable(f"the pipelines can't be compiled for {environment.name}: {error}") from error
    _check(environment, specs, definitions)
    tags = {"pointsman:environment": environment.name, "pointsman:commit": account.git_commit}
    # The embedded AWS runs steps as processes, in no image.
    planned = [] if environment.name == LOCAL else [look_for_image(environment, account.image_uri)]
    planned.append(plan_code(environment, code))
    planned += [plan_pipeline(environment, name, text, tags) for name, text in definitions.items()]
    for path, spec in specs.items():
        planned.append(plan_group(environment, spec.model))
        planned += [plan_alarm(environment, alarm) for alarm in (guards(spec.deployment) if spec.deployment else ())]
        planned.append(plan_model(environment, path, spec))
    others = _others(environment, specs) if whole else []
    return Plan((*planned, *(Planned(Change("model", name, "left alone", note=_LEFT)) for name in others)))


def apply(environment: Environment, files: Sequence[Path]) -> list[Change]:
    """Plan and carry out, without a question."""
    planned = plan(environment, files)
    planned.carry_out()
    return planned.changes


def _check(environment: Environment, specs: Mapping[Path, ModelSpec], definitions: Mapping[str, str]) -> None:
    declared = {name: json.loads(text)["Parameters"] for name, text in definitions.items()}
    problems = [problem for path, spec in specs.items() for problem in parameter_problems(path, spec, declared)]
    problems += [problem for path, spec in specs.items() for problem in _foreign_bucket(environment, path, spec)]
    problems += clashes(environment, specs)
    if problems:
        raise InvalidSpec("\n".join(problems))


def _others(environment: Environment, specs: Mapping[Path, ModelSpec]) -> list[str]:
    known = [
        model.name if isinstance(model, UnreadableModel) else model.spec.model for model in environment.history.models()
    ]
    return sorted(set(known) - {spec.model for spec in specs.values()})


def _foreign_bucket(environment: Environment, path: Path, spec: ModelSpec) -> Iterator[str]:
    """Data that nobody would tell us of."""
    bucket = environment.output("DataBucket")
    if spec.data.bucket != bucket:
        where = place(path, ("data", "bucket"))
        yield f"{where}: {spec.data.bucket!r} sends no events here; expected ${{DataBucket}}, {bucket}"

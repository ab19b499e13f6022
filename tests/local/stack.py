"""The deployed template on an embedded AWS, as the tests of a lap use it."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml

from control_plane.policies import Purpose
from control_plane.records import Decision, Model, Run
from pipeline_defs.sample_data import diabetes_objects
from pointsman import observe, operate
from pointsman.apply import apply
from pointsman.environment import LOCAL, Environment, project_root
from pointsman.local import deployment
from pointsman.local.faults.running import RunningFaults
from pointsman.upserts import Change
from tests.local.instances import Instance, eventually

MODEL = "diabetes"
PREFIX = "diabetes/training/"
MODELS = project_root() / "pipeline_defs" / "models"
LAP_SECONDS = 120.0


def sample_spec(model: str = MODEL) -> dict[str, Any]:
    """The sample model's, perhaps by another name. Without its endpoint, which takes seconds that few tests need, and
    trained on whatever lands.
    """
    text = (MODELS / f"{MODEL}.yaml").read_text()
    spec: dict[str, Any] = yaml.safe_load(text.replace(f"{MODEL}/", f"{model}/")) | {"model": model}
    del spec["deployment"], spec["monitor"], spec["policy"]["on_data"]
    return spec


class Stack:
    """What a person sees of it: data goes in, decisions and runs come out."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.environment = Environment.named(LOCAL, instance.endpoint_url)

    @property
    def faults(self) -> RunningFaults:
        """They end with the instance."""
        return RunningFaults(self.instance.endpoint_url)

    def role(self, logical_id: str) -> str:
        """Its name."""
        described = self.environment.client("cloudformation").describe_stack_resource(
            StackName=self.environment.stack, LogicalResourceId=logical_id
        )
        return str(described["StackResourceDetail"]["PhysicalResourceId"])

    def deploy(self) -> list[Change]:
        deployment.deploy(self.environment)
        return self._apply(MODEL, sample_spec())

    def start_again(self, **changes: Any) -> None:
        """After a kill or a stop: the same state, perhaps another port."""
        self.instance.start_again(**changes)
        self.environment = Environment.named(LOCAL, self.instance.endpoint_url)

    def apply(self, model: str = MODEL, **changes: Any) -> None:
        """The sample model, perhaps by another name, with parts of its spec changed: `policy__approval="automatic"`."""
        spec = sample_spec(model)
        for path, value in changes.items():
            *parents, name = path.split("__")
            place = spec
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = value
        (what,) = [change.what for change in self._apply(model, spec) if change.kind == "model"]
        assert what in {"create", "update"}

    def _apply(self, model: str, spec: dict[str, Any]) -> list[Change]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{model}.yaml"
            file.write_text(yaml.safe_dump(spec))
            return apply(self.environment, [file])

    def drop_sagemakers_events(self) -> None:
        """From now on ticks alone can know."""
        self.faults.add("event:*", "drop", times=None)

    def send(self, detail_type: str, **detail: Any) -> None:
        """An event of our own source."""
        entry = {"Source": "pointsman", "DetailType": detail_type, "Detail": json.dumps({"model": MODEL} | detail)}
        self.environment.client("events").put_events(Entries=[entry])

    def judge(self, arn: str, status: Literal["Approved", "Rejected"] = "Approved") -> None:
        operate.judge(self.environment, arn, status, "seen by a person")

    def crown(self, arn: str) -> None:
        """Approve a version and wait until it is in use."""
        self.judge(arn)
        eventually(lambda: self.champion() == arn, within=LAP_SECONDS)

    def champion(self, model: str = MODEL) -> str | None:
        king = self.environment.ledger.model(model).champion
        return king.package if king else None

    def outcome(self, wanted: str, *, purpose: str | None = None, naming: str = "") -> Decision:
        """Wait for a decision of this outcome."""

        def look() -> list[Decision]:
            return [
                item
                for item in self.decisions()
                if item.outcome == wanted and purpose in {None, item.purpose} and naming in item.because
            ]

        return eventually(look, within=LAP_SECONDS)[0]

    def served_version(self, endpoint: str) -> str:
        """By the endpoint's own answer."""
        row = [0.0] * 10
        answer = self.environment.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Body=json.dumps({"instances": [row]})
        )
        return str(json.loads(answer["Body"].read())["model_version"])

    def land(self, objects: Mapping[str, bytes] | None = None, *, under: str = PREFIX, complete: bool = True) -> None:
        """Put the objects, by default the sample data, and the manifest that completes them."""
        bucket = self.environment.output("DataBucket")
        for name, body in (objects if objects is not None else diabetes_objects()).items():
            self.environment.s3.put_object(Bucket=bucket, Key=under + name, Body=body)
        if complete:
            self.environment.s3.put_object(Bucket=bucket, Key=f"{under}_SUCCESS", Body=b"")

    @property
    def model(self) -> Model:
        return self.environment.ledger.model(MODEL)

    def decisions(self) -> list[Decision]:
        return list(observe.decisions(self.environment))

    def outcomes(self) -> list[str]:
        """Of what has landed to be trained on, oldest first."""
        found = list(observe.decisions(self.environment, MODEL))[::-1]
        return [decision.outcome for decision in found if decision.purpose == Purpose.TRAINING]

    def runs(self, model: str = MODEL) -> list[Run]:
        """Oldest first."""
        return list(observe.runs(self.environment, model))[::-1]

    def executions(self) -> int:
        """By SageMaker's own count, whatever the ledger believes."""
        answer = self.environment.sagemaker.list_pipeline_executions(PipelineName="pointsman-training")
        return len(answer["PipelineExecutionSummaries"])

    def packages(self, model: str = MODEL) -> list[str]:
        """ARNs of the versions, oldest first."""
        answer = self.environment.sagemaker.list_model_packages(
            ModelPackageGroupName=model, SortBy="CreationTime", SortOrder="Ascending"
        )
        return [summary["ModelPackageArn"] for summary in answer["ModelPackageSummaryList"]]

    def ended(self, count: int, model: str = MODEL) -> list[Run]:
        """Wait until this many runs are on record as ended and the model is free again."""

        def look() -> list[Run]:
            runs = self.runs(model)
            free = self.environment.ledger.model(model).slot is None
            done = len(runs) == count and all(run.status for run in runs) and free
            return runs if done else []

        return eventually(look, within=LAP_SECONDS)

    def deliver_twice(self) -> None:
        """A second rule like the template's sends every arrival to the same queue once more."""
        events = self.environment.client("events")
        rule = events.describe_rule(Name="pointsman-object-created")
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        events.put_rule(Name="once-more", EventPattern=rule["EventPattern"])
        events.put_targets(Rule="once-more", Targets=[{"Id": "arrivals", "Arn": target["Arn"]}])

    def give_arrivals_back_after(self, *, seconds: int) -> None:
        """Those whose function died: the template's six minutes are on no time scale."""
        sqs = self.environment.client("sqs")
        sqs.set_queue_attributes(QueueUrl=self._arrivals(), Attributes={"VisibilityTimeout": str(seconds)})

    def quiet(self) -> bool:
        """Nothing waits: no message, no window, nothing pending."""
        model = self.model
        return not self.arrivals_wait() and not self.windows() and not model.pending and model.slot is None

    def arrivals_wait(self) -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.environment.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=self._arrivals(), AttributeNames=names)["Attributes"]
        return any(int(number) for number in found.values())

    def _arrivals(self) -> str:
        """The queue's URL."""
        (url,) = self.environment.client("sqs").list_queues(QueueNamePrefix="pointsman-Arrivals")["QueueUrls"]
        return str(url)

    def windows(self) -> list[str]:
        """The keys of open and sealed windows; tests may scan, the control plane may not."""
        table = self.environment.output("LedgerTable")
        pages = self.environment.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        keys = [item["pk"]["S"] for page in pages for item in page["Items"]]
        return [key for key in keys if key.startswith(f"WINDOW#{MODEL}#{Purpose.TRAINING}")]

"""The deployed template on an embedded AWS, as the tests of a lap use it."""

from collections.abc import Mapping

from control_plane.policies import Purpose
from control_plane.records import Decision, Model, Run
from pipeline_defs.sample_data import diabetes_objects
from pointsman import observe
from pointsman.apply import Change, apply
from pointsman.environment import LOCAL, Environment, project_root
from pointsman.local import deployment
from tests.local.instances import Instance, eventually

MODEL = "diabetes"
PREFIX = "diabetes/training/"
LAP_SECONDS = 120.0


class Stack:
    """What a person sees of it: data goes in, decisions and runs come out."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.environment = Environment.named(LOCAL, instance.endpoint_url)

    def deploy(self) -> list[Change]:
        deployment.deploy(self.environment)
        return apply(self.environment, [project_root() / "pipeline_defs" / "models" / f"{MODEL}.yaml"])

    def start_again(self) -> None:
        """After a kill: the same state, perhaps another port."""
        self.instance.start_again()
        self.environment = Environment.named(LOCAL, self.instance.endpoint_url)

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

    def runs(self) -> list[Run]:
        """Oldest first."""
        return list(observe.runs(self.environment, MODEL))[::-1]

    def executions(self) -> int:
        """By SageMaker's own count, whatever the ledger believes."""
        answer = self.environment.sagemaker.list_pipeline_executions(PipelineName="pointsman-training")
        return len(answer["PipelineExecutionSummaries"])

    def packages(self) -> list[str]:
        """ARNs of the versions, oldest first."""
        answer = self.environment.sagemaker.list_model_packages(
            ModelPackageGroupName=MODEL, SortBy="CreationTime", SortOrder="Ascending"
        )
        return [summary["ModelPackageArn"] for summary in answer["ModelPackageSummaryList"]]

    def ended(self, count: int) -> list[Run]:
        """Wait until this many runs are on record as ended and the model is free again."""

        def look() -> list[Run]:
            runs = self.runs()
            done = len(runs) == count and all(run.status for run in runs) and self.model.slot is None
            return runs if done else []

        return eventually(look, within=LAP_SECONDS)

    def quiet(self) -> bool:
        """Nothing waits: no message, no window, nothing pending."""
        queues = self.environment.client("sqs")
        urls = queues.list_queues(QueueNamePrefix="pointsman-Arrivals")["QueueUrls"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        waiting = [
            int(value)
            for url in urls
            for value in queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()
        ]
        return not any(waiting) and not self.windows() and not self.model.pending and self.model.slot is None

    def windows(self) -> list[str]:
        """The keys of open and sealed windows; tests may scan, the control plane may not."""
        table = self.environment.output("LedgerTable")
        pages = self.environment.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        keys = [item["pk"]["S"] for page in pages for item in page["Items"]]
        return [key for key in keys if key.startswith(f"WINDOW#{MODEL}#{Purpose.TRAINING}")]

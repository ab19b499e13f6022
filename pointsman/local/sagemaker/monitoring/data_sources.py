"""Which of the objects in S3 hold the data of a window."""

from collections.abc import Sequence

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.monitoring.job_specs import MODEL_QUALITY, JobSpec
from pointsman.local.sagemaker.monitoring.monitored_endpoints import MonitoredEndpoints
from pointsman.local.sagemaker.monitoring.processing_requests import RunOf, Source
from pointsman.local.sagemaker.monitoring.windows import Window
from pointsman.local.sagemaker.s3_transfer import Transfer


class DataSources:
    """All raise JobFailedError where S3 refuses, and give nothing for hours that have no object."""

    def __init__(self, account: Account, transfer: Transfer) -> None:
        self._endpoints = MonitoredEndpoints(account)
        self._transfer = transfer

    def captured(self, run: RunOf) -> list[Source]:
        """What an endpoint or a batch transform captured."""
        if run.spec.endpoint is None:
            return self._manifests(run.spec, run.window.hours())
        variants = self._endpoints.captured(run.spec.endpoint)
        return self._below([(uri, "/".join(uri.split("/")[-2:])) for uri in variants], run.window)

    def labels(self, run: RunOf) -> list[Source]:
        """Ground truth lies in the folder of the hour that it was collected in, however long after the record's."""
        if run.spec.monitoring_type != MODEL_QUALITY or run.spec.labels is None:
            return []
        return self._below([(run.spec.labels.rstrip("/"), "")], Window(run.window.start, max(run.window.end, run.due)))

    def merged(self, run: RunOf, captured: Sequence[Source]) -> list[Source]:
        """What came of these when they were joined with their labels."""
        found = [Source(f"{run.merged_uri}/{source.place}", source.place) for source in captured]
        return [source for source in found if self._transfer.exists(f"{source.uri}/")]

    def _below(self, roots: Sequence[tuple[str, str]], window: Window) -> list[Source]:
        """Of the URIs with their place each, those hours' folders that hold something."""
        found = [
            Source(f"{uri}/{hour}", f"{place}/{hour}".lstrip("/")) for uri, place in roots for hour in window.hours()
        ]
        return [source for source in found if self._transfer.exists(f"{source.uri}/")]

    def _manifests(self, spec: JobSpec, hours: Sequence[str]) -> list[Source]:
        """A transform captures manifests of what it read, below `input`, and of what it wrote, below `output`.

        https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
        """
        root = f"{spec.source['DataCapturedDestinationS3Uri'].rstrip('/')}/input"
        found = []
        for hour in hours:
            for uri in self._transfer.objects(f"{root}/{hour}/"):
                place = uri.removeprefix(f"{root}/").rpartition(".")[0]
                found.append(Source(uri, place, "ManifestFile"))
        return found

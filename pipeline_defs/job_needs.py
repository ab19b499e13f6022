"""What a job reads, what it leaves behind, and what it runs on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagemaker.core.helper.pipeline_variable import PipelineVariable

type Value = str | PipelineVariable
"""Known when compiling, or a reference that SageMaker resolves while the pipeline runs."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """Objects that a job finds in a folder when it starts."""

    uri: Value
    data_type: str = "S3Prefix"
    """`ManifestFile` when the URI is a list of objects: exactly these are downloaded, at their keys."""

    def of_processing(self, name: str) -> dict[str, Any]:
        """In `CreateProcessingJob`'s words."""
        return {
            "InputName": name,
            "S3Input": {
                "S3Uri": self.uri,
                "LocalPath": f"/opt/ml/processing/input/{name}",
                "S3DataType": self.data_type,
                "S3InputMode": "File",
                "S3DataDistributionType": "FullyReplicated",
            },
        }

    def of_training(self, channel: str) -> dict[str, Any]:
        """In `CreateTrainingJob`'s words."""
        return {
            "ChannelName": channel,
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": self.data_type,
                    "S3Uri": self.uri,
                    "S3DataDistributionType": "FullyReplicated",
                }
            },
            "InputMode": "File",
        }


@dataclass(frozen=True)
class Output:
    """A folder that a job leaves behind."""

    name: str
    uri: Value | None = None
    """Where its files go; by default a place of the execution's own."""


@dataclass(frozen=True, kw_only=True)
class Machines:
    """What a job runs on, and at most how long."""

    instance_type: Value
    volume_gb: Value
    max_runtime: timedelta
    count: Value | int = 1
    """More than one is for training scripts that work together: each instance gets all of the data."""

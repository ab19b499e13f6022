"""The processing jobs of a run, in the form of CreateProcessingJob's request with the schedule's ARN.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.monitoring.job_specs import MODEL_QUALITY, JobSpec
from pointsman.local.sagemaker.monitoring.windows import Window
from pointsman.local.sagemaker.shapes import Shape

_PROCESSING = "/opt/ml/processing"
# Where the container expects a baseline's files, and what the job's input is called.
_BASELINE = {
    "ConstraintsResource": ("constraints", "constraints", "baseline_constraints"),
    "StatisticsResource": ("baseline", "stats", "baseline_statistics"),
}
_SCRIPTS = {
    "RecordPreprocessorSourceUri": ("pre_processor_script", "preprocessing", "record_preprocessor_script"),
    "PostAnalyticsProcessorSourceUri": ("post_processor_script", "postprocessing", "post_analytics_processor_script"),
}
# The members of an EndpointInput that say what is where in a record, and the container's variables for them.
_ATTRIBUTES = {
    "FeaturesAttribute": "features_attribute",
    "InferenceAttribute": "inference_attribute",
    "ProbabilityAttribute": "probability_attribute",
    "ProbabilityThresholdAttribute": "probability_threshold_attribute",
    "ExcludeFeaturesAttribute": "exclude_features_attribute",
}


@dataclass(frozen=True)
class Source:
    """Objects below `uri`, or that a manifest there lists, and the place of theirs below an input's folder."""

    uri: str
    place: str
    data_type: str = "S3Prefix"


@dataclass(frozen=True)
class RunOf:
    """A schedule's run, as its jobs' requests need to know it. `suffix`: what its jobs' names end with."""

    spec: JobSpec
    schedule: str
    schedule_arn: str
    due: float
    window: Window
    report_folder: str
    longest_seconds: int | None
    suffix: str

    @property
    def merged_uri(self) -> str:
        """Where captured data go once they are joined with their labels."""
        return f"{self.spec.output['S3Uri'].rstrip('/')}/merge"

    def job_name(self, prefix: str) -> str:
        at = times.to_iso(self.due)
        return f"{prefix}-{''.join(filter(str.isdigit, at))[:12]}-{self.suffix}"


def merge(run: RunOf, captured: Sequence[Source], labels: Sequence[Source], image: str) -> Shape:
    data, truth, merged = (f"{_PROCESSING}/{name}" for name in ("input_data", "groundtruth", "output"))
    return {
        **_common(run),
        "ProcessingJobName": run.job_name("groundtruth-merge"),
        "AppSpecification": {"ImageUri": image},
        "Environment": {"dataset_source": data, "ground_truth_source": truth, "output_path": merged},
        "ProcessingInputs": [*_inputs("groundtruth_input", labels, truth), *_inputs("endpoint_input", captured, data)],
        "ProcessingOutputConfig": _outputs(run.spec, run.merged_uri, merged, "EndOfJob"),
    }


def analysis(run: RunOf, data: Sequence[Source], baseline: Mapping[str, str]) -> Shape:
    """`baseline`: URIs by the member of a BaselineConfig that names them."""
    spec = run.spec
    at = spec.source["LocalPath"].rstrip("/")
    fetched, variables = _single_files(spec, baseline)
    name = "model-quality-monitoring" if spec.monitoring_type == MODEL_QUALITY else "model-monitoring"
    return {
        **_common(run),
        "ProcessingJobName": run.job_name(name),
        "AppSpecification": {
            member: spec.application[member]
            for member in ("ImageUri", "ContainerEntrypoint", "ContainerArguments")
            if member in spec.application
        },
        "Environment": {**_environment(run, at), **variables, **spec.environment},
        "ProcessingInputs": [*fetched, *_inputs("endpoint_input" if spec.endpoint else "batch_input", data, at)],
        "ProcessingOutputConfig": _outputs(
            spec, _report_uri(run), spec.output["LocalPath"], spec.output.get("S3UploadMode", "Continuous")
        ),
    }


def _common(run: RunOf) -> Shape:
    stopping = run.spec.stopping or ({"MaxRuntimeInSeconds": run.longest_seconds} if run.longest_seconds else None)
    request = {
        "ProcessingResources": {"ClusterConfig": run.spec.cluster},
        "StoppingCondition": stopping,
        "NetworkConfig": run.spec.network,
        "RoleArn": run.spec.role,
        "MonitoringScheduleArn": run.schedule_arn,
    }
    return {member: value for member, value in request.items() if value is not None}


def _environment(run: RunOf, dataset: str) -> dict[str, str]:
    spec = run.spec
    told: dict[str, Any] = {variable: spec.source.get(member) for member, variable in _ATTRIBUTES.items()}
    told |= {
        "dataset_format": json.dumps(_dataset_format(spec)),
        "dataset_source": dataset,
        "output_path": spec.output["LocalPath"],
        "publish_cloudwatch_metrics": "Enabled",
        "sagemaker_monitoring_schedule_name": run.schedule,
        "sagemaker_endpoint_name": spec.endpoint,
        "start_time": times.to_iso(run.window.start),
        "end_time": times.to_iso(run.window.end),
        "metric_time": times.to_iso(run.window.start),
        "analysis_type": "MODEL_QUALITY" if spec.monitoring_type == MODEL_QUALITY else None,
    }
    return {variable: str(value) for variable, value in told.items() if value is not None}


def _dataset_format(spec: JobSpec) -> Shape:
    if spec.monitoring_type == MODEL_QUALITY:
        return {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}}
    if spec.endpoint is not None:
        return {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
    ((kind, options),) = spec.source["DatasetFormat"].items()
    return {kind.lower(): {name.lower(): value for name, value in options.items()}}


def _report_uri(run: RunOf) -> str:
    where = [run.spec.output["S3Uri"].rstrip("/"), run.spec.endpoint, run.schedule, run.report_folder]
    return "/".join(part for part in where if part)


def _single_files(spec: JobSpec, baseline: Mapping[str, str]) -> tuple[list[Shape], dict[str, str]]:
    """The inputs for the baseline's files and the scripts, and the variables that tell the container of them."""
    wanted = [(uri, "baseline", *_BASELINE[member]) for member, uri in baseline.items()]
    scripts = {member: spec.application[member] for member in _SCRIPTS if member in spec.application}
    wanted += [(uri, "code", *_SCRIPTS[member]) for member, uri in scripts.items()]
    inputs, variables = [], {}
    for uri, kind, name, folder, variable in wanted:
        path = f"{_PROCESSING}/{kind}/{folder}"
        inputs.append(_input(name, Source(uri, ""), path))
        variables[variable] = f"{path}/{uri.rpartition('/')[2]}"
    return inputs, variables


def _inputs(name: str, sources: Sequence[Source], folder: str) -> list[Shape]:
    return [_input(f"{name}_{number}", source, folder) for number, source in enumerate(sources, start=1)]


def _input(name: str, source: Source, folder: str) -> Shape:
    given = {
        "S3Uri": source.uri,
        "LocalPath": f"{folder}/{source.place}" if source.place else folder,
        "S3DataType": source.data_type,
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    return {"InputName": name, "AppManaged": False, "S3Input": given}


def _outputs(spec: JobSpec, uri: str, path: str, mode: str) -> Shape:
    output = {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}
    config: Shape = {"Outputs": [{"OutputName": "result", "AppManaged": False, "S3Output": output}]}
    return {**config, "KmsKeyId": spec.kms_key} if spec.kms_key else config

"""QualityCheck steps: a baseline calculated, and compared with an earlier one.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
What the image `sagemaker-model-monitor-analyzer` computes for them is `steps/analyze.py`'s.
"""

from typing import Any

from pointsman.local.sagemaker.errors import ServiceError, StepFailedError
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.naming import resource_name
from pointsman.local.sagemaker.processing_job import ProcessingJob
from pointsman.local.sagemaker.registry import Registry
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.steps.job_step import create_job, step_reason
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store

_FILES = {"Statistics": "statistics.json", "Constraints": "constraints.json"}
_BASELINE = "/opt/ml/processing/baseline"
_DRIFT_CHECKS = {"DATA_QUALITY": "ModelDataQuality", "MODEL_QUALITY": "ModelQuality"}
"""Where a registered version has its baseline, by the kind of check."""


class QualityCheckStep:
    def __init__(self, jobs: Jobs, store: Store, registry: Registry) -> None:
        self._jobs = jobs
        self._store = store
        self._registry = registry
        self._contract = ProcessingJob()

    def run(self, run: StepRun) -> StepEnd:
        check = run.metadata.get("QualityCheck") or self._begin(run)
        job = self._jobs.run(self._contract, resource_name(check["CheckJobArn"]), run.signal)
        if job["ProcessingJobStatus"] == "Failed" or job.get("timedOut"):
            raise StepFailedError(step_reason(job["FailureReason"]))
        if job["ProcessingJobStatus"] == "Stopped":
            return StepEnd("Stopped")
        violated = str(job.get("ExitMessage", "")).startswith("CompletedWithViolations")
        if violated:
            check = {**check, "ViolationReport": f"{_output(job)}/constraint_violations.json"}
            run.record({"QualityCheck": check})
        if violated and run.resolve(run.step.body.get("FailOnViolation", True)):
            raise StepFailedError("ClientError: Quality check failed. See violation report")
        return StepEnd(metadata={"QualityCheck": check})

    def properties(self, metadata: Shape) -> Shape:
        return dict(metadata["QualityCheck"])

    def _begin(self, run: StepRun) -> Shape:
        body = {name: run.resolve(value) for name, value in run.step.body.items() if name != "Arguments"}
        kind = body.get("CheckType")
        if kind not in _DRIFT_CHECKS:
            raise StepFailedError(f"ClientError: CheckType {kind} is none of {', '.join(_DRIFT_CHECKS)}")
        baseline = self._baseline(body, _DRIFT_CHECKS[kind])
        skipped, registered = bool(body.get("SkipCheck")), bool(body.get("RegisterNewBaseline"))
        if not skipped and set(baseline) != set(_FILES):
            raise StepFailedError(
                "ClientError: no baseline to check against: neither SuppliedBaselineStatistics and"
                " SuppliedBaselineConstraints nor a version approved in the model package group has one"
            )

        def recorded(job_arn: str, request: Shape) -> Shape:
            calculated = {name: f"{_output(request)}/{file}" for name, file in _FILES.items()}
            used = calculated if registered else baseline
            return {"QualityCheck": {
                "CheckType": kind,
                "ModelPackageGroupName": body.get("ModelPackageGroupName"),
                "SkipCheck": skipped,
                "RegisterNewBaseline": registered,
                "CheckJobArn": job_arn,
                **{f"CalculatedBaseline{name}": uri for name, uri in calculated.items()},
                **{f"BaselineUsedForDriftCheck{name}": uri for name, uri in used.items()},
            }}  # fmt: skip

        extra = {} if skipped else baseline
        metadata = create_job(
            run, self._contract, self._jobs, self._store,
            change=lambda arguments: _with_baseline(arguments, extra), recorded=recorded,
        )  # fmt: skip
        found: Shape = metadata["QualityCheck"]
        return found

    def _baseline(self, body: Shape, drift_check: str) -> dict[str, str]:
        """URIs by `Statistics` and `Constraints`: those supplied, else those of the group's latest approved version."""
        supplied = {name: body.get(f"SuppliedBaseline{name}") for name in _FILES}
        registered = self._registered(body.get("ModelPackageGroupName"), drift_check)
        chosen = {name: uri or registered.get(name) for name, uri in supplied.items()}
        return {name: uri for name, uri in chosen.items() if uri}

    def _registered(self, group: str | None, drift_check: str) -> dict[str, Any]:
        if not group:
            return {}
        try:
            self._registry.list_packages({"ModelPackageGroupName": group, "MaxResults": 1})
        except ServiceError:  # no such group yet
            return {}
        listed = self._registry.list_packages({
            "ModelPackageGroupName": group, "ModelApprovalStatus": "Approved", "SortBy": "CreationTime",
            "SortOrder": "Descending", "MaxResults": 1,
        })["ModelPackageSummaryList"]  # fmt: skip
        if not listed:
            return {}
        package = self._registry.describe_package({"ModelPackageName": listed[0]["ModelPackageArn"]})
        quality = (package.get("DriftCheckBaselines") or {}).get(drift_check) or {}
        return {name: quality[name]["S3Uri"] for name in _FILES if name in quality}


def _with_baseline(arguments: Shape, baseline: dict[str, str]) -> Shape:
    """The job's request with the baseline's files among its inputs, and in its environment where they are."""
    inputs, environment = [*(arguments.get("ProcessingInputs") or ())], dict(arguments.get("Environment") or {})
    for name, uri in baseline.items():
        folder = f"{_BASELINE}/{name.lower()}"
        source = {"S3Uri": uri, "LocalPath": folder, "S3DataType": "S3Prefix", "S3InputMode": "File"}
        inputs.append({"InputName": f"baseline_{name.lower()}", "S3Input": source})
        environment[f"baseline_{name.lower()}"] = f"{folder}/{uri.rpartition('/')[2]}"
    return {**arguments, "ProcessingInputs": inputs, "Environment": environment}


def _output(job: Shape) -> str:
    (output, *_) = job["ProcessingOutputConfig"]["Outputs"]
    return str(output["S3Output"]["S3Uri"]).rstrip("/")

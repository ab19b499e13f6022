"""Job definitions of one monitoring type: what schedules name. They never change, so a schedule's runs are alike."""

import re

from pointsman.local.sagemaker import pages, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.errors import ResourceInUseError, ResourceNotFoundError, ValidationError
from pointsman.local.sagemaker.monitoring import job_specs
from pointsman.local.sagemaker.monitoring.job_checks import JobChecks
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

MONITORING_TYPES = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")


class JobDefinitions:
    """In the form of their Describe* answers."""

    def __init__(self, account: Account, checks: JobChecks, monitoring_type: str) -> None:
        self._account = account
        self._store = account.store
        self._checks = checks
        self._type = monitoring_type

    def operations(self) -> dict[str, Operation]:
        """By the API's name for them."""
        return {
            f"Create{self._type}JobDefinition": self.create,
            f"Describe{self._type}JobDefinition": self.describe,
            f"List{self._type}JobDefinitions": self.list_page,
            f"Delete{self._type}JobDefinition": self.delete,
        }

    def create(self, request: Shape) -> Shape:
        check_supported(self._type)
        name = request["JobDefinitionName"]
        arn = self._account.arns.job_definition(self._type, name)
        self._checks.check(job_specs.of_definition(self._type, request))
        with self._store.transaction():
            if self._store.get(Kind.MONITORING_JOB_DEFINITION, self._identity(name)) is not None:
                raise ResourceInUseError(f"Job definition already exists: {arn}")
            body = {
                **{member: value for member, value in request.items() if member != "Tags"},
                "JobDefinitionArn": arn,
                "CreationTime": times.now(),
            }
            self._store.put(Kind.MONITORING_JOB_DEFINITION, self._identity(name), body, parent=self._type)
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
        return {"JobDefinitionArn": arn}

    def describe(self, request: Shape) -> Shape:
        return self.find(request["JobDefinitionName"])

    def find(self, name: str) -> Shape:
        found = self._store.get(Kind.MONITORING_JOB_DEFINITION, self._identity(name))
        if found is None:
            raise ResourceNotFoundError(
                f"Could not find job definition {self._account.arns.job_definition(self._type, name)}."
            )
        return found

    def list_page(self, request: Shape) -> Shape:
        found = self._store.items(Kind.MONITORING_JOB_DEFINITION, parent=self._type)
        found = pages.within(found, request, "CreationTime", "CreationTimeAfter", "CreationTimeBefore")
        summaries = [self._summary(body) for body in found]
        kept = [
            summary
            for summary in summaries
            if request.get("NameContains", "") in summary["MonitoringJobDefinitionName"]
            and request.get("EndpointName", summary["EndpointName"]) == summary["EndpointName"]
        ]
        keys = {"Name": "MonitoringJobDefinitionName", "CreationTime": "CreationTime"}
        ordered = pages.sort(kept, request, keys, by="CreationTime", order="Descending")
        return pages.page(
            ordered,
            request,
            into="JobDefinitionSummaries",
            identity=lambda summary: str(summary["MonitoringJobDefinitionArn"]),
        )

    def delete(self, request: Shape) -> Shape:
        """Refused while a schedule needs it: SageMaker locks it until its schedule is gone."""
        name = request["JobDefinitionName"]
        with self._store.transaction():
            found = self.find(name)
            for schedule in self._store.items(Kind.MONITORING_SCHEDULE):
                used = schedule["MonitoringScheduleConfig"].get("MonitoringJobDefinitionName", "")
                if schedule["MonitoringType"] == self._type and used.lower() == name.lower():
                    raise ValidationError(
                        f"Job definition {found['JobDefinitionArn']} is in use by monitoring schedule"
                        f" {schedule['MonitoringScheduleArn']}."
                    )
            self._store.delete(Kind.MONITORING_JOB_DEFINITION, self._identity(name))
            self._store.delete_tags(found["JobDefinitionArn"])
        return {}

    def _identity(self, name: str) -> str:
        return f"{self._type}/{name.lower()}"

    def _summary(self, body: Shape) -> Shape:
        return {
            "MonitoringJobDefinitionName": body["JobDefinitionName"],
            "MonitoringJobDefinitionArn": body["JobDefinitionArn"],
            "CreationTime": body["CreationTime"],
            "EndpointName": job_specs.of_definition(self._type, body).endpoint,
        }


def check_supported(monitoring_type: str) -> None:
    """Raises ValidationError."""
    if monitoring_type not in job_specs.SUPPORTED:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", monitoring_type)
        raise ValidationError(
            f"{words} is SageMaker Clarify's to monitor, which does not run locally;"
            f" {' and '.join(job_specs.SUPPORTED)} are supported."
        )

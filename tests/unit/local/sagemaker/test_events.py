"""Events in the shape that SageMaker's documentation gives them."""

from typing import Any

from pointsman.local.sagemaker import events

EXECUTION = {
    "PipelineArn": "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p",
    "PipelineExecutionArn": "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/p4jn9xou8a8s",
    "PipelineExecutionDisplayName": "SomeDisplayName",
    "PipelineExecutionDescription": "SomeDescription",
    "PipelineExecutionStatus": "Failed",
    "CreationTime": 1615824193.25,
    "EndTime": 1615824610.0,
}
ARNS = {
    "pipelineArn": EXECUTION["PipelineArn"],
    "pipelineExecutionArn": EXECUTION["PipelineExecutionArn"],
}


def test_an_execution_that_failed() -> None:
    event = events.execution_status_changed(EXECUTION, "Executing")
    assert event.detail_type == "SageMaker Model Building Pipeline Execution Status Change"
    assert event.resources == (EXECUTION["PipelineArn"], EXECUTION["PipelineExecutionArn"])
    assert event.detail == {
        "pipelineExecutionDisplayName": "SomeDisplayName",
        "currentPipelineExecutionStatus": "Failed",
        "previousPipelineExecutionStatus": "Executing",
        "executionStartTime": "2021-03-15T16:03:13Z",
        "executionEndTime": "2021-03-15T16:10:10Z",
        "pipelineExecutionDescription": "SomeDescription",
        **ARNS,
    }


def test_an_execution_that_begins_has_no_previous_status_and_no_end() -> None:
    begun = {**EXECUTION, "PipelineExecutionStatus": "Executing", "EndTime": None}
    detail = events.execution_status_changed(begun, None).detail
    assert {"previousPipelineExecutionStatus", "executionEndTime"}.isdisjoint(detail)


def test_a_step_that_failed() -> None:
    job = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/pipelines-p4jn9xou8a8s-step-tmgxry49ug"
    step = {
        "StepName": "step",
        "StepType": "Processing",
        "StepStatus": "Failed",
        "StartTime": 1615824194,
        "EndTime": 1615824609,
        "FailureReason": "ClientError: AlgorithmError: , exit code: 1",
        "Metadata": {"ProcessingJob": {"Arn": job}},
    }
    event = events.step_status_changed(EXECUTION, step, "Executing")
    assert event.detail_type == "SageMaker Model Building Pipeline Execution Step Status Change"
    assert event.detail == {
        "metadata": {"processingJob": {"arn": job}},
        "stepStartTime": "2021-03-15T16:03:14Z",
        "stepEndTime": "2021-03-15T16:10:09Z",
        "stepName": "step",
        "stepType": "Processing",
        "previousStepStatus": "Executing",
        "currentStepStatus": "Failed",
        "failureReason": "ClientError: AlgorithmError: , exit code: 1",
        **ARNS,
    }


def test_a_processing_job_has_upper_case_enums_and_milliseconds() -> None:
    job: dict[str, Any] = {
        "ProcessingJobName": "j",
        "ProcessingJobArn": "arn:j",
        "ProcessingJobStatus": "Completed",
        "ProcessingInputs": [
            {"InputName": "i", "S3Input": {"S3DataType": "ManifestFile", "S3InputMode": "File",
                                           "S3DataDistributionType": "FullyReplicated"}},
        ],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "o", "S3Output": {"S3UploadMode": "EndOfJob"}}]},
        "CreationTime": 1704320199.5,
        "Environment": {"secret": "x"},
        "ExitMessage": "Completed: nothing",
    }  # fmt: skip
    event = events.processing_job_changed(job)
    assert event.resources == ("arn:j",)
    source = event.detail["ProcessingInputs"][0]["S3Input"]
    assert source == {"S3DataType": "MANIFEST_FILE", "S3InputMode": "FILE", "S3DataDistributionType": "FULLYREPLICATED"}
    assert event.detail["ProcessingOutputConfig"]["Outputs"][0]["S3Output"] == {"S3UploadMode": "END_OF_JOB"}
    assert event.detail["CreationTime"] == 1704320199500
    # As documented: receivers ask Describe for these.
    assert {"Environment", "ExitMessage", "Tags"}.isdisjoint(event.detail)


def test_a_training_job_carries_its_tags_as_a_map() -> None:
    job = {"TrainingJobName": "t", "TrainingJobArn": "arn:t", "TrainingJobStatus": "Completed", "CreationTime": 1.0}
    event = events.training_job_changed(job, {"team": "trains"})
    assert event.detail_type == "SageMaker Training Job State Change"
    assert event.detail["Tags"] == {"team": "trains"}


def test_a_package_tells_what_an_update_changed() -> None:
    package = {
        "ModelPackageGroupName": "g",
        "ModelPackageName": "g",
        "ModelPackageVersion": 2,
        "ModelPackageArn": "arn:g/2",
        "ModelApprovalStatus": "Approved",
        "CreationTime": 1614186014,
        "LastModifiedTime": 1614186014,
        "CustomerMetadataProperties": {"a": "b"},
    }
    event = events.model_package_changed(package, ["ModelApprovalStatus"])
    assert event.detail == {
        "ModelPackageGroupName": "g",
        "ModelPackageVersion": 2,
        "ModelPackageArn": "arn:g/2",
        "ModelApprovalStatus": "Approved",
        "CreationTime": "2021-02-24T17:00:14Z",
        "LastModifiedTime": "2021-02-24T17:00:14Z",
        "UpdatedModelPackageFields": ["ModelApprovalStatus"],
    }
    assert "UpdatedModelPackageFields" not in events.model_package_changed(package).detail

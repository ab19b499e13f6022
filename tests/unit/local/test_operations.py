"""Which operation a request asks for, by what it looks like on the wire."""

from typing import Any

import pytest

from pointsman.local.aws.faulty import error
from pointsman.local.aws.operations import operation_name, service_name
from pointsman.local.faults import AtOperation


@pytest.mark.parametrize(
    ("service", "method", "path", "headers", "query", "operation"),
    [
        ("dynamodb", "POST", "/", {"x-amz-target": "DynamoDB_20120810.TransactWriteItems"}, {}, "TransactWriteItems"),
        ("sns", "POST", "/", {}, {"Action": ["Publish"]}, "Publish"),
        ("cloudwatch", "POST", "/service/Gr1/operation/PutMetricData", {}, {}, "PutMetricData"),
        ("s3", "GET", "/", {}, {}, "ListBuckets"),
        ("s3", "GET", "/b", {}, {"list-type": ["2"], "prefix": ["a"]}, "ListObjectsV2"),
        ("s3", "GET", "/b/a/b.csv", {}, {}, "GetObject"),
        ("s3", "HEAD", "/b/a/b.csv", {}, {}, "HeadObject"),
        ("s3", "PUT", "/b/a/b.csv", {}, {}, "PutObject"),
        ("s3", "PUT", "/b/a", {"x-amz-copy-source": "/b/c"}, {}, "CopyObject"),
        ("s3", "PUT", "/b/a", {}, {"partNumber": ["1"], "uploadId": ["u"]}, "UploadPart"),
        ("s3", "POST", "/b/a", {}, {"uploads": [""]}, "CreateMultipartUpload"),
        ("s3", "POST", "/b", {}, {"delete": [""]}, "DeleteObjects"),
        ("lambda", "POST", "/2015-03-31/functions/f/invocations", {}, {}, "Invoke"),
        ("lambda", "GET", "/2015-03-31/functions/f", {}, {}, "GetFunction"),
        ("scheduler", "POST", "/schedules/s", {}, {}, "CreateSchedule"),
        ("lambda", "POST", "/nothing", {}, {}, ""),
        ("unheard-of", "POST", "/", {}, {}, ""),
    ],
)
def test_the_operation(*, service: str, method: str, path: str, headers: Any, query: Any, operation: str) -> None:
    assert operation_name(service, method, path, headers, query) == operation


def test_services_go_by_the_names_that_people_use() -> None:
    assert [service_name(signed) for signed in ("monitoring", "states", "s3")] == ["cloudwatch", "stepfunctions", "s3"]


@pytest.mark.parametrize(
    ("service", "kind", "status", "code"),
    [
        ("dynamodb", AtOperation.THROTTLE, 400, "ProvisionedThroughputExceededException"),
        ("s3", AtOperation.THROTTLE, 503, "SlowDown"),
        ("events", AtOperation.THROTTLE, 400, "ThrottlingException"),
        ("dynamodb", AtOperation.FAIL_AFTER, 500, "InternalServerError"),
        ("sqs", AtOperation.FAIL_BEFORE, 500, "InternalFailure"),
    ],
)
def test_errors_are_each_services_own(service: str, kind: AtOperation, status: int, code: str) -> None:
    assert error(service, kind)[:2] == (status, code)

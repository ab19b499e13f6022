"""Whether a fault can ever strike: by AWS's own service models and SageMaker's event types."""

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from pointsman.errors import BadRequest
from pointsman.local.faults.fault import KINDS, WAITING, AtEvent, AtOperation, Fault

if TYPE_CHECKING:
    from botocore.model import ServiceModel

SERVICES = (
    *("cloudformation", "cloudwatch", "dynamodb", "events", "iam", "kms", "lambda", "logs", "s3", "sagemaker"),
    *("scheduler", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts"),
)
_MODELS = {service: (service,) for service in SERVICES} | {"sagemaker": ("sagemaker", "sagemaker-runtime")}
EVENT_TYPES = (
    "SageMaker Endpoint Config State Change",
    "SageMaker Endpoint Deployment State Change",
    "SageMaker Endpoint State Change",
    "SageMaker HyperParameter Tuning Job State Change",
    "SageMaker Model Building Pipeline Execution Status Change",
    "SageMaker Model Building Pipeline Execution Step Status Change",
    "SageMaker Model Package State Change",
    "SageMaker Model State Change",
    "SageMaker Processing Job State Change",
    "SageMaker Training Job State Change",
    "SageMaker Transform Job State Change",
)
_LISTED = 12
LONGEST_SECONDS = 86_400


def check(fault: Fault) -> None:
    """Raises BadRequest, which says what there is instead."""
    scope, colon, name = fault.where.partition(":")
    if not colon or not name or (scope not in KINDS and scope not in SERVICES):
        raise BadRequest(
            f"no fault strikes at {fault.where!r}, only at SERVICE:OPERATION such as sagemaker:StartPipelineExecution,"
            f" event:DETAIL-TYPE or step:NAME; the services are {', '.join(SERVICES)}"
        )
    offered = KINDS.get(scope, AtOperation)
    if fault.what not in list(offered):
        raise BadRequest(f"{fault.what!r} can't happen at {fault.where!r}; what can: {', '.join(offered)}")
    if scope == "event":
        _matching(name, EVENT_TYPES, "type of SageMaker's events")
    elif scope != "step":
        _check_operation(scope, name, fault.what)
    _check_numbers(fault)


@cache
def service_models(service: str) -> "tuple[ServiceModel, ...]":
    import botocore.loaders  # the command names the kinds of faults in its help, which loads this module
    from botocore.model import ServiceModel

    loader = botocore.loaders.Loader()
    return tuple(ServiceModel(loader.load_service_model(name, "service-2"), name) for name in _MODELS[service])


def _check_operation(service: str, name: str, what: str) -> None:
    models = service_models(service)
    found = _matching(name, [known for model in models for known in model.operation_names], f"operation of {service}")
    if what == AtOperation.LIMIT:
        limited = [known for model in models for known in model.operation_names if _is_limited(model, known)]
        if not set(found) & set(limited):
            others = _offer(name, limited) if limited else "no operation of the service does"
            raise BadRequest(f"{service}:{name} never answers ResourceLimitExceeded; {others}")


def _is_limited(model: "ServiceModel", operation: str) -> bool:
    return any(shape.name == "ResourceLimitExceeded" for shape in model.operation_model(operation).error_shapes)


def _matching(pattern: str, known: Iterable[str], noun: str) -> list[str]:
    known = list(known)
    found = [name for name in known if fnmatchcase(name, pattern)]
    if not found:
        raise BadRequest(f"{pattern!r} is no {noun}; {_offer(pattern, known)}")
    return found


def _offer(pattern: str, known: list[str]) -> str:
    """What is meant perhaps, or what there is, as far as it can be read."""
    if close := get_close_matches(pattern, known, n=3):
        return f"perhaps {', '.join(close)}"
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"there are {', '.join(sorted(known)[:_LISTED])}{more}"


def _check_numbers(fault: Fault) -> None:
    if fault.times is not None and fault.times < 1:
        raise BadRequest(f"A fault strikes once or more, not {fault.times} times")
    if not 0 < fault.share <= 1:
        raise BadRequest(f"The share of the occasions is above 0 and at most 1, not {fault.share:g}")
    if fault.seconds is None:
        if fault.kind in WAITING:
            raise BadRequest(f"{fault.what!r} needs the seconds to wait")
    elif fault.kind not in WAITING | {AtEvent.REORDER}:
        raise BadRequest(f"{fault.what!r} takes no seconds")
    elif not 0 < fault.seconds <= LONGEST_SECONDS:
        raise BadRequest(f"A fault waits more than 0 and at most {LONGEST_SECONDS} seconds, not {fault.seconds:g}")

"""Properties of a template that MiniStack accepts and drops, and resource types that it lacks.

Each is applied by the service's own function after MiniStack has created or updated the resource.
"""

# ruff: noqa: SLF001

import json
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from pointsman.local.aws.ministack import MiniStack

type Properties = dict[str, Any]
type Apply = Callable[[MiniStack, str, Properties], None]


def install(ministack: MiniStack) -> None:
    """Wrap the handlers of the types in the table, and add those that are missing."""
    handlers = ministack.provisioners._RESOURCE_HANDLERS
    for resource_type, applies in _DROPPED.items():
        handlers[resource_type] = _wrapped(ministack, handlers[resource_type], applies)
    handlers["AWS::Events::Archive"] = _archive(ministack)
    handlers["AWS::Events::EventBusPolicy"] = _bus_policy(ministack)


def _wrapped(ministack: MiniStack, handler: dict[str, Any], applies: tuple[Apply, ...]) -> dict[str, Any]:
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
        name, attributes = create(logical_id, properties, stack)
        for apply in applies:
            apply(ministack, name, properties)
        return name, attributes

    def updated(name: str, old: Properties, new: Properties, stack: str, *rest: Any, **named: Any) -> Any:
        name, attributes = update(name, old, new, stack, *rest, **named)
        for apply in applies:
            apply(ministack, name, new)
        return name, attributes

    return {**handler, "create": created, "update": updated}


def _time_to_live(ministack: MiniStack, table: str, properties: Properties) -> None:
    if specification := properties.get("TimeToLiveSpecification"):
        enabled = _truth(specification.get("Enabled"))
        specification = {**specification, "Enabled": enabled}
        _check(ministack.dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": specification}))


def _point_in_time_recovery(ministack: MiniStack, table: str, properties: Properties) -> None:
    specification = properties.get("PointInTimeRecoverySpecification") or {}
    enabled = {"PointInTimeRecoveryEnabled": _truth(specification.get("PointInTimeRecoveryEnabled"))}
    _check(
        ministack.dynamodb._update_continuous_backups({"TableName": table, "PointInTimeRecoverySpecification": enabled})
    )


def _reserved_concurrency(ministack: MiniStack, function: str, properties: Properties) -> None:
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is None:
        ministack.lambda_svc._functions[function]["concurrency"] = None
    else:
        wanted = {"ReservedConcurrentExecutions": int(reserved)}
        _check(ministack.lambda_svc._put_function_concurrency(function, wanted))


def _dead_letters(ministack: MiniStack, function: str, properties: Properties) -> None:
    ministack.lambda_svc._functions[function]["config"]["DeadLetterConfig"] = properties.get("DeadLetterConfig") or {}


def _network(ministack: MiniStack, function: str, properties: Properties) -> None:
    """Shown; the function's process has the machine's network."""
    ministack.lambda_svc._functions[function]["config"]["VpcConfig"] = {"VpcId": "", **properties.get("VpcConfig", {})}


def _bucket_encryption(ministack: MiniStack, bucket: str, properties: Properties) -> None:
    if configured := properties.get("BucketEncryption"):
        root = Element("ServerSideEncryptionConfiguration", xmlns="http://s3.amazonaws.com/doc/2006-03-01/")
        for rule in configured["ServerSideEncryptionConfiguration"]:
            element = SubElement(root, "Rule")
            default = SubElement(element, "ApplyServerSideEncryptionByDefault")
            for name, value in (rule.get("ServerSideEncryptionByDefault") or {}).items():
                SubElement(default, name).text = value
            SubElement(element, "BucketKeyEnabled").text = str(_truth(rule.get("BucketKeyEnabled"))).lower()
        _check(ministack.s3._put_bucket_encryption(bucket, tostring(root)))


def _bucket_lifecycle(ministack: MiniStack, bucket: str, properties: Properties) -> None:
    if configured := properties.get("LifecycleConfiguration"):
        root = Element("LifecycleConfiguration", xmlns="http://s3.amazonaws.com/doc/2006-03-01/")
        for number, rule in enumerate(configured["Rules"]):
            _lifecycle_rule(SubElement(root, "Rule"), rule, f"rule-{number}")
        _check(ministack.s3._put_bucket_lifecycle(bucket, tostring(root)))


def _lifecycle_rule(element: Element, rule: Properties, identifier: str) -> None:
    SubElement(element, "ID").text = rule.get("Id", identifier)
    SubElement(element, "Status").text = rule.get("Status", "Enabled")
    SubElement(SubElement(element, "Filter"), "Prefix").text = rule.get("Prefix", "")
    if "ExpirationInDays" in rule:
        SubElement(SubElement(element, "Expiration"), "Days").text = str(rule["ExpirationInDays"])
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    if days := noncurrent.get("NoncurrentDays") or rule.get("NoncurrentVersionExpirationInDays"):
        SubElement(SubElement(element, "NoncurrentVersionExpiration"), "NoncurrentDays").text = str(days)
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        days = str(abort["DaysAfterInitiation"])
        SubElement(SubElement(element, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation").text = days


def _schedule_zone_and_end(ministack: MiniStack, schedule: str, properties: Properties) -> None:
    """MiniStack passes neither on to its own Scheduler."""
    record = ministack.scheduler._schedules.get(f"{properties.get('GroupName', 'default')}/{schedule}")
    for name in ("ScheduleExpressionTimezone", "StartDate", "EndDate", "KmsKeyArn"):
        if name in properties:
            record[name] = properties[name]


def _archive(ministack: MiniStack) -> dict[str, Any]:
    eventbridge = ministack.eventbridge

    def request(name: str, properties: Properties) -> Properties:
        renamed = {("EventSourceArn" if key == "SourceArn" else key): value for key, value in properties.items()}
        pattern = properties.get("EventPattern")
        return {**renamed, "ArchiveName": name, **({"EventPattern": json.dumps(pattern)} if pattern else {})}

    def attributes(name: str) -> Properties:
        return {"Arn": eventbridge._archives[name]["ArchiveArn"]}

    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
        name = properties.get("ArchiveName") or f"{stack}-{logical_id}"[:48]  # the longest name AWS takes
        _check(eventbridge._create_archive(request(name, properties)))
        return name, attributes(name)

    def update(name: str, _old: Properties, new: Properties, _stack: str) -> tuple[str, Properties]:
        _check(eventbridge._update_archive(request(name, new)))
        return name, attributes(name)

    def delete(name: str, _properties: Properties) -> None:
        eventbridge._delete_archive({"ArchiveName": name})

    return {"create": create, "update": update, "delete": delete}


def _bus_policy(ministack: MiniStack) -> dict[str, Any]:
    """A statement of a bus's policy, which is shown and not enforced: there is one account here."""
    policies = ministack.eventbridge._event_bus_policies

    def create(_logical_id: str, properties: Properties, _stack: str) -> tuple[str, Properties]:
        delete(name := properties["StatementId"], properties)
        statement = {**properties["Statement"], "Sid": name}
        policies.setdefault(_bus(properties), {"Version": "2012-10-17", "Statement": []})["Statement"].append(statement)
        return name, {}

    def update(_name: str, _old: Properties, new: Properties, stack: str) -> tuple[str, Properties]:
        return create("", new, stack)

    def delete(name: str, properties: Properties) -> None:
        ministack.eventbridge._remove_permission({"EventBusName": _bus(properties), "StatementId": name})

    return {"create": create, "update": update, "delete": delete}


def _bus(properties: Properties) -> str:
    return str(properties.get("EventBusName", "default"))


def _check(response: tuple[int, Any, bytes]) -> None:
    """CloudFormation reports a refused property as the resource's failure."""
    status, _, body = response
    if status >= 400:  # noqa: PLR2004
        raise ValueError(body.decode())


def _truth(value: Any) -> bool:
    """A template's booleans arrive as strings when they come from a parameter."""
    return str(value).lower() == "true"


_DROPPED: dict[str, tuple[Apply, ...]] = {
    "AWS::DynamoDB::Table": (_time_to_live, _point_in_time_recovery),
    "AWS::Lambda::Function": (_reserved_concurrency, _dead_letters, _network),
    "AWS::S3::Bucket": (_bucket_encryption, _bucket_lifecycle),
    "AWS::Scheduler::Schedule": (_schedule_zone_and_end,),
}

"""Imports MiniStack with safe settings, after checking that it is the one whose internals we know."""

# ruff: noqa: SLF001  (this package exists to reach into MiniStack)

import importlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pointsman.errors import UnsupportedMiniStack
from pointsman.local.settings import LocalSettings

TESTED_VERSION = "1.5.33"

# What a control plane of this kind meets. Anything else answers "Unsupported service", and none of the services
# that open listeners of their own (IoT, Transfer, RDS, EKS, DSQL, …) is ever imported.
SERVICES = (
    *("account", "appconfig", "appconfigdata", "cloudformation", "dynamodb", "dynamodbstreams", "ecr", "events", "iam"),
    *("kms", "lambda", "logs", "monitoring", "s3", "scheduler", "secretsmanager", "sns", "sqs", "ssm", "states"),
    *("sts", "tagging"),
)

_MODULES = {
    "app": "ministack.app",
    "iam": "ministack.services.iam",
    "iam_actions": "ministack.core.iam_actions",
    "iam_evaluator": "ministack.core.iam_evaluator",
    "lambda_runtime": "ministack.core.lambda_runtime",
    "responses": "ministack.core.responses",
    "router": "ministack.core.router",
    "cloudformation": "ministack.services.cloudformation",
    "cloudwatch": "ministack.services.cloudwatch",
    "cloudwatch_logs": "ministack.services.cloudwatch_logs",
    "dynamodb": "ministack.services.dynamodb",
    "eventbridge": "ministack.services.eventbridge",
    "lambda_svc": "ministack.services.lambda_svc",
    "provisioners": "ministack.services.cloudformation.provisioners",
    "s3": "ministack.services.s3",
    "scheduler": "ministack.services.scheduler",
    "sns": "ministack.services.sns",
    "sqs": "ministack.services.sqs",
    "sts": "ministack.services.sts",
}

# Every private name that this package calls or replaces.
_HOOKS = {
    "app": "SERVICE_HANDLERS _ct_event_name _dispatch_service_request _get_module _loaded_modules _routing_params "
    "_state_map app fix_error_content_type fix_success_content_type pin_request_origin",
    "iam": "_roles",
    "iam_actions": "SERVICE_TO_IAM_NAMESPACE _DENIED_CODES access_denied_response extract_iam_action "
    "extract_resource_arn identity_denial_message request_tag_context",
    "iam_evaluator": "EvalContext _gather_role_policies _permissions_boundary enforce evaluate parse_policy_document",
    "lambda_runtime": "Worker acquire_worker execution_credentials release_worker reset",
    "responses": "AccountRegionScopedDict _request_account_id get_region request_scope",
    "router": "SERVICE_PATTERNS detect_service extract_access_key_id",
    "cloudformation": "_exports _stacks",
    "cloudwatch": "_alarms _calc_stats _dims_key _dispatch_alarm_actions _evaluate_alarm _evaluate_all_alarms "
    "_evaluate_parent_alarms _is_percentile_stat _metrics _record_history _stat_value "
    "record_metric",
    "cloudwatch_logs": "_log_groups",
    "dynamodb": "_update_continuous_backups _update_ttl",
    "eventbridge": "_SCHEDULER_TICK_INTERVAL _archive_event _archives _create_archive _cron_next_fire _delete_archive "
    "_dispatch_event _dispatch_to_lambda _event_bus_policies _event_from_test_payload _events_log_list _invoke_target "
    "_matches_pattern _parse_cron_fields _parse_rate_seconds _pattern_event_view _put_events _remove_permission "
    "_rule_last_fired _tick_scheduled_rules _update_archive",
    "lambda_svc": "_create_esm _dynamodb_stream_positions _emit_lambda_metrics _esms _event_invoke_config "
    "_execute_function _execute_function_dispatch _execute_function_warm _execution_record_for_config "
    "_function_urls _functions _get_base_func_record_for_ref _get_func_record_for_ref _kinesis_positions _layers "
    "_put_event_invoke_config _put_function_concurrency _resolve_layer_zip _write_code_blob "
    "_xray_trace_id_for_invocation invoke_async_with_retry",
    "provisioners": "_RESOURCE_HANDLERS",
    "s3": "_bucket_notifications _buckets _fire_s3_event _fire_s3_event_async _next_event_sequencer "
    "_object_disk_path _put_bucket_encryption _put_bucket_lifecycle",
    "scheduler": "_SCHEDULE_TICK_INTERVAL _schedule_last_fired _schedules _tick_schedules",
    "sns": "publish_internal",
    "sts": "register_session",
    "sqs": "_CANONICAL_NETLOC _delete_messages_for_esm _ensure_msg_fields _md5_msg_attrs _queue_by_arn "
    "_queue_name_to_url _queues _rebuild_queue_name_index _receive_messages_for_esm esm_wake queue_delay",
}


@dataclass(frozen=True)
class MiniStack:
    """The modules of the one MiniStack in this process (its state is module-global)."""

    app: Any
    iam: Any
    iam_actions: Any
    iam_evaluator: Any
    lambda_runtime: Any
    responses: Any
    router: Any
    cloudformation: Any
    cloudwatch: Any
    cloudwatch_logs: Any
    dynamodb: Any
    eventbridge: Any
    lambda_svc: Any
    provisioners: Any
    s3: Any
    scheduler: Any
    sns: Any
    sqs: Any
    sts: Any

    @property
    def account(self) -> str:
        return str(self.responses._request_account_id.get())


def check_version() -> str:
    """Raises UnsupportedMiniStack unless the tested version is installed."""
    try:
        installed = version("ministack")
    except PackageNotFoundError:
        raise UnsupportedMiniStack(
            f"MiniStack is not installed; install ministack=={TESTED_VERSION} (make setup does)"
        ) from None
    if installed != TESTED_VERSION:
        raise UnsupportedMiniStack(
            f"MiniStack {installed} is installed, but only {TESTED_VERSION} is known to work; "
            f"install ministack=={TESTED_VERSION} (make setup does)"
        )
    return installed


def missing_hooks(modules: Mapping[str, Any]) -> list[str]:
    """The names that we would patch or call and that are not there."""
    return [
        f"{_MODULES[name]}.{hook}"
        for name, hooks in _HOOKS.items()
        for hook in hooks.split()
        if not hasattr(modules[name], hook)
    ]


def load(settings: LocalSettings, port: int) -> MiniStack:
    """Import MiniStack for this process. It reads its settings from the environment while it is imported."""
    check_version()
    for name in [name for name in os.environ if name.startswith(("MINISTACK_", "LOCALSTACK_", "LAMBDA_"))]:
        del os.environ[name]  # a setting of the user's own MiniStack must not change ours
    os.environ.update(_environment(settings, port))
    modules = {field.name: importlib.import_module(_MODULES[field.name]) for field in fields(MiniStack)}
    if missing := missing_hooks(modules):
        raise UnsupportedMiniStack(f"MiniStack {TESTED_VERSION} lacks {', '.join(missing)}; reinstall it")
    return MiniStack(**modules)


def pattern_matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether a rule with this pattern gets the event, as EventBridge delivers it. Needs no running instance."""
    check_version()
    eventbridge: Any = importlib.import_module(_MODULES["eventbridge"])
    return bool(eventbridge._matches_pattern(json.dumps(pattern), eventbridge._event_from_test_payload(dict(event))))


def _environment(settings: LocalSettings, port: int) -> dict[str, str]:
    return {
        "AUTH": "true",  # the roles of functions are enforced
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": settings.region,
        "SERVICES": ",".join(SERVICES),
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "0",  # MiniStack saves at a clean stop only; our snapshots replace that
        "STATE_DIR": str(settings.ministack_directory),
        "S3_PERSIST": "1",  # object bodies go to disk as they are put
        "S3_DATA_DIR": str(settings.objects_directory),
        "TMPDIR": str(settings.scratch_directory),
        "IOT_MTLS_ENABLED": "0",  # else listens on 0.0.0.0:8883, whatever BIND_HOST says
        "SFTP_ENABLED": "0",
        "USE_SSL": "0",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_STRICT": "0",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",  # never look for containers of another MiniStack
        "CLOUDTRAIL_RECORDING": "0",
    }

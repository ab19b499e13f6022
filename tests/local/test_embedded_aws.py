"""The process, who may talk to it, and how functions run in it."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pointsman.errors import AlreadyRunning, PortInUse, UnusablePort, UnusableState
from pointsman.local.instance import Lock, Running, announce
from pointsman.local.log import KEPT_BYTES, open_log
from pointsman.local.process import start_detached, status, stop
from pointsman.local.serving import listen
from pointsman.local.settings import LocalSettings
from tests.local.instances import Instance, eventually, unique


def call(aws: Instance, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", aws.running.port)
    connection.request("POST", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def invoke(aws: Instance, function: str, event: Any = None) -> dict[str, Any]:
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return {"error": answer.get("FunctionError"), "body": json.loads(answer["Payload"].read())}


def test_listens_on_one_loopback_port(aws: Instance) -> None:
    links = [str(link.readlink()) for link in Path(f"/proc/{aws.running.pid}/fd").iterdir()]
    inodes = {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:[")}
    rows = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    listening = [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]
    assert listening == [f"0100007F:{aws.running.port:04X}"]


@pytest.mark.parametrize(
    ("path", "headers", "status_code"),
    [
        ("/_ministack/reset", {}, 403),
        ("/_ministack/config", {}, 403),
        ("/", {"Host": "evil.example"}, 403),
        ("/", {"Origin": "http://evil.example"}, 403),
    ],
)
def test_refuses_web_pages_and_administration(
    aws: Instance, path: str, headers: dict[str, str], status_code: int
) -> None:
    code, sentence = call(aws, path, headers)
    assert code == status_code
    assert sentence.endswith(".")


def test_a_port_in_use_is_one_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as error:
            start_detached(LocalSettings(state=tmp_path / "state", port=port))
    assert str(port) in str(error.value)
    assert "\n" not in str(error.value)


def test_one_instance_per_state_directory(aws: Instance) -> None:
    with pytest.raises(AlreadyRunning):
        start_detached(aws.settings)


def test_a_port_that_cannot_be_used_is_one_clear_error(tmp_path: Path) -> None:
    for port in (-1, 0, 80, 65536):
        with pytest.raises(UnusablePort, match=f"Port {port} can't be used"):
            LocalSettings(state=tmp_path / "state", port=port)


@pytest.mark.parametrize("port", [70000, -1, 1, "taken"])
def test_a_remembered_port_that_cannot_be_had_gives_way_to_a_free_one(tmp_path: Path, port: int | str) -> None:
    settings = LocalSettings(state=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        remembered = taken.getsockname()[1] if port == "taken" else port
        announce(settings, Running(1, f"http://127.0.0.1:{remembered}", "2026-01-01T00:00:00+00:00", "1"))
        with listen(settings) as listener:
            assert listener.getsockname()[1] != taken.getsockname()[1]
            assert listener.getsockname()[0] == "127.0.0.1"


def test_a_state_directory_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (file := tmp_path / "file").touch()
    for state in (file, file / "below"):
        assert status(state) is None
        assert stop(state) is False
        with pytest.raises(UnusableState) as error:
            start_detached(LocalSettings(state=state))
        assert str(state) in str(error.value)
        assert "\n" not in str(error.value)


def test_a_start_that_loses_leaves_the_log_alone(tmp_path: Path) -> None:
    settings = LocalSettings(state=tmp_path)
    settings.log_file.write_text("the winner's\n")
    with Lock(settings.lock_file), pytest.raises(AlreadyRunning) as error:
        start_detached(settings)
    assert str(tmp_path) in str(error.value)
    assert settings.log_file.read_text() == "the winner's\n"


def test_the_log_goes_on_over_restarts(own_aws: Instance) -> None:
    before = own_aws.log()
    assert stop(own_aws.settings.state)
    assert not Path(f"/proc/{own_aws.running.pid}").exists() or _is_zombie(own_aws.running.pid)
    own_aws.start_again()
    assert own_aws.log().startswith(before)
    assert [line.split()[-1] for line in own_aws.log().splitlines() if line.startswith("---- ")][-1] == str(
        own_aws.running.pid
    )


def test_in_the_foreground_the_log_is_shown_and_kept(tmp_path: Path) -> None:
    command = "from pathlib import Path; from pointsman.local.process import LocalSettings, serve; import sys; "
    command += "serve(LocalSettings(state=Path(sys.argv[1])))"
    with subprocess.Popen([sys.executable, "-c", command, str(tmp_path)], stderr=subprocess.PIPE, text=True) as shown:
        eventually(lambda: shown.poll() is not None or status(tmp_path))
        assert stop(tmp_path)
        assert shown.stderr
        lines = shown.stderr.read().splitlines()
    assert "serving at" in lines[0]
    assert LocalSettings(state=tmp_path).log_file.read_text().splitlines()[1:] == lines


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    settings = LocalSettings(state=tmp_path)
    for text in ("first", "second"):
        settings.log_file.write_text(text * KEPT_BYTES)
        open_log(settings).close()
        assert settings.previous_log_file.read_text() == text * KEPT_BYTES
        assert len(settings.log_file.read_text().splitlines()) == 1


def test_another_ministack_is_refused_before_it_is_touched(tmp_path: Path) -> None:
    program = (
        "import importlib.metadata as metadata, sys\n"
        "metadata.version = lambda name: '1.5.34'\n"
        "from pointsman.local.aws import ministack\n"
        "try:\n    ministack.check_version()\n"
        "except ministack.UnsupportedMiniStack as error:\n    print(error); sys.exit(error.exit_code)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 4
    assert "1.5.34" in ended.stdout
    assert "1.5.33" in ended.stdout


def test_what_a_killed_instance_leaves_is_not_believed(own_aws: Instance) -> None:
    own_aws.kill()
    assert own_aws.settings.environment_file.exists()
    assert status(own_aws.settings.state) is None
    assert stop(own_aws.settings.state) is False


def test_a_function_sees_what_lambda_defines_and_nothing_else(aws: Instance) -> None:
    code = "import os, sys\ndef handler(event, context):\n    return {'env': dict(os.environ), 'path': sys.path}"
    body = invoke(aws, aws.function(code, Environment={"Variables": {"MINE": "1"}}))["body"]
    assert body["env"].pop("MINE") == "1"
    assert body["env"].pop("AWS_ENDPOINT_URL") == aws.endpoint_url
    assert {name for name in body["env"] if not name.startswith(("AWS_", "LAMBDA_"))} == {
        "LANG",
        "PATH",
        "TZ",
        "_HANDLER",
    }
    assert not [entry for entry in body["path"] if ".venv" in entry]


def test_a_missing_dependency_fails_as_in_lambda(aws: Instance) -> None:
    failed = invoke(aws, aws.function("import pydantic\ndef handler(event, context): pass"))
    assert failed["error"] == "Unhandled"
    assert failed["body"]["errorType"] == "Runtime.ImportModuleError"
    assert failed["body"]["errorMessage"] == "Unable to import module 'app': No module named 'pydantic'"


def test_an_error_of_the_handler_is_its_own(aws: Instance) -> None:
    function = aws.function(
        "count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return {}[count]"
    )
    assert invoke(aws, function)["body"]["errorType"] == "KeyError"
    assert invoke(aws, function)["body"]["errorMessage"] == "2"  # the process lives on, as Lambda's does


def test_a_timeout_ends_the_invocation(aws: Instance) -> None:
    function = aws.function("import time\ndef handler(event, context): time.sleep(60)", Timeout=1)
    assert invoke(aws, function)["body"]["errorType"] == "Sandbox.Timedout"


def test_output_of_a_child_process_goes_to_the_log(aws: Instance) -> None:
    code = """
import subprocess
def handler(event, context):
    subprocess.run(["echo", '{"status": "ok", "result": "\\\\"not this\\\\""}'], check=True)
    return "this"
"""
    assert invoke(aws, aws.function(code))["body"] == "this"


def test_a_silent_invocation_loses_no_time(aws: Instance) -> None:
    function = aws.function("def handler(event, context): return event")
    client = aws.client("lambda")
    client.invoke(FunctionName=function)
    started = os.times().elapsed
    for _ in range(20):
        client.invoke(FunctionName=function)
    assert (os.times().elapsed - started) / 20 < 0.04


def test_another_runtime_is_refused_by_name(aws: Instance) -> None:
    failed = invoke(aws, aws.function("def handler(event, context): pass", Runtime="python3.12"))
    assert "python3.12" in failed["body"]["errorMessage"]


def test_policies_are_enforced(aws: Instance) -> None:
    bucket = unique("bucket")
    aws.client("s3").create_bucket(Bucket=bucket)
    s3 = aws.client("s3", aws.user(("s3:GetObject", "*")))
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key="key", Body=b"")


@pytest.mark.parametrize(
    ("service", "allowed", "resource", "operation", "allowed_request", "refused_request"),
    [
        (
            *("dynamodb", "dynamodb:Query", "arn:aws:dynamodb:us-east-1:000000000000:table/t/index/due", "query"),
            *({"TableName": "t", "IndexName": "due"}, {"TableName": "t", "IndexName": "history"}),
        ),
        (
            *(
                "dynamodb",
                "dynamodb:PutItem",
                "arn:aws:dynamodb:us-east-1:000000000000:table/t",
                "transact_write_items",
            ),
            {"TransactItems": [{"Put": {"TableName": "t", "Item": {}}}]},
            {"TransactItems": [{"Delete": {"TableName": "t", "Key": {}}}]},
        ),
        (
            *("sqs", "sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:a", "send_message"),
            *({"QueueUrl": f"http://q/000000000000/{name}", "MessageBody": "m"} for name in "ab"),
        ),
        (
            *("sns", "sns:Publish", "arn:aws:sns:us-east-1:000000000000:a", "publish"),
            *({"TopicArn": f"arn:aws:sns:us-east-1:000000000000:{name}", "Message": "m"} for name in "ab"),
        ),
        (
            *("s3", "s3:GetObject", "arn:aws:s3:::bucket/reports/*", "get_object"),
            *({"Bucket": "bucket", "Key": key} for key in ("reports/1", "data/1")),
        ),
    ],
)
def test_a_policy_allows_its_action_on_its_resource_alone(  # noqa: PLR0917  a table's columns
    aws: Instance,
    service: str,
    allowed: str,
    resource: str,
    operation: str,
    allowed_request: dict[str, Any],
    refused_request: dict[str, Any],
) -> None:
    """None of these is there, but a bucket: what may be asked for is looked for, what may not is refused before."""
    aws.client("s3").create_bucket(Bucket="bucket")
    ask = getattr(aws.client(service, aws.user((allowed, resource))), operation)
    denied = "AccessDenied|AuthorizationError"
    with pytest.raises(ClientError) as looked_for:
        ask(**allowed_request)
    assert not re.search(denied, str(looked_for.value))
    with pytest.raises(ClientError, match=denied):
        ask(**refused_request)


@pytest.mark.parametrize(("secure", "refused"), [("false", False), ("true", True)])
def test_what_stays_on_the_machine_is_as_good_as_tls(aws: Instance, secure: str, *, refused: bool) -> None:
    bucket, admin = unique("bucket"), aws.client("s3")
    admin.create_bucket(Bucket=bucket)
    admin.put_object(Bucket=bucket, Key="key", Body=b"")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"Bool": {"aws:SecureTransport": secure}},
    }
    admin.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    s3 = aws.client("s3", aws.user(("s3:GetObject", "*")))
    with pytest.raises(ClientError, match="AccessDenied") if refused else nullcontext():
        s3.get_object(Bucket=bucket, Key="key")


def test_a_policy_may_narrow_put_events_to_a_source(aws: Instance) -> None:
    name, iam = unique("user"), aws.client("iam")
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": "arn:aws:events:us-east-1:000000000000:event-bus/default",
        "Condition": {"StringEquals": {"events:source": "ours"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="allowed", PolicyDocument=policy)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    events = aws.client("events", (made["AccessKeyId"], made["SecretAccessKey"]))

    entry = {"Source": "ours", "DetailType": "Something Happened", "Detail": "{}"}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        events.put_events(Entries=[{**entry, "Source": "theirs"}])
    with pytest.raises(ClientError, match="AccessDenied"):
        events.put_events(Entries=[entry, {**entry, "Source": "theirs"}])


def test_processes_of_functions_end_with_a_killed_instance(own_aws: Instance) -> None:
    code = "import os, time\ndef handler(event, context):\n    print(os.getpid(), flush=True)\n    time.sleep(300)"
    function = own_aws.function(code, Timeout=300)
    own_aws.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    pids = eventually(lambda: _children(own_aws.running.pid))
    own_aws.kill()
    eventually(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()])


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

import pytest

from pointsman.local.aws.guard import refusal

PORT = 4566


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "bucket.localhost", "127.0.0.2", "172.17.0.1"])
def test_this_machine_and_its_containers_may_call(host: str) -> None:
    assert refusal([(b"host", f"{host}:{PORT}".encode())], "/", PORT) is None


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", f"evil.example:{PORT}", "localhost", "localhost:1", f"localhost.evil.example:{PORT}"),
        *(f"localhost@evil.example:{PORT}", f"8.8.8.8:{PORT}", f"localhost:{PORT}x", f"[::1:{PORT}"),
    ],
)
def test_another_host_may_not(host: str) -> None:
    assert refusal([(b"host", host.encode())], "/", PORT) is not None


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (f"http://localhost:{PORT}", True),
        ("http://localhost:3000", False),
        (f"http://172.17.0.1:{PORT}", False),
        ("null", False),
        ("http://a.example", False),
    ],
)
def test_a_page_may_call_only_from_the_endpoint_itself(origin: str, allowed: bool) -> None:  # noqa: FBT001
    headers = [(b"Host", f"localhost:{PORT}".encode()), (b"Origin", origin.encode())]
    assert (refusal(headers, "/", PORT) is None) is allowed


@pytest.mark.parametrize(
    ("path", "open_"),
    [
        ("/_ministack/health", True),
        ("/_ministack/cfn-response/token", True),
        ("/_ministack/reset", False),
        ("/_ministack/config", False),
        ("/_localstack/init", False),
    ],
)
def test_administration_is_closed(path: str, open_: bool) -> None:  # noqa: FBT001
    assert (refusal([(b"host", f"localhost:{PORT}".encode())], path, PORT) is None) is open_

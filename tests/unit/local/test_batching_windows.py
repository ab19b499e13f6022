import pytest

from pointsman.local.aws.queues import is_due


@pytest.mark.parametrize(
    ("visible_at", "due"),
    [
        ([], False),
        ([99.0, 99.0], False),
        ([99.0, 99.0, 99.0], True),  # full
        ([89.0], True),  # the window is over
        ([101.0, 101.0, 101.0], False),  # all in flight
    ],
)
def test_a_batch_waits_for_its_window_or_its_size(visible_at: list[float], due: bool) -> None:  # noqa: FBT001
    messages = [{"visible_at": moment} for moment in visible_at]
    assert is_due(messages, 3, 10.0, now=100.0) is due

import threading

from pointsman.local.sagemaker.errors import InterruptedRunError
from pointsman.local.sagemaker.signals import Interruption, Signal
from pointsman.local.sagemaker.work_threads import WorkThreads

PATIENCE_SECONDS = 10.0


def test_a_halt_reaches_whatever_goes_on_and_waits_for_its_end() -> None:
    threads, begun, ended = WorkThreads(), threading.Barrier(3), list[Interruption | None]()

    def work(signal: Signal) -> None:
        over = threading.Event()
        signal.listen(lambda _: over.set())
        begun.wait(PATIENCE_SECONDS)
        over.wait(PATIENCE_SECONDS)
        ended.append(signal.raised)
        raise InterruptedRunError

    for name in ("one", "another"):
        threads.begin(name, work)
    begun.wait(PATIENCE_SECONDS)
    threads.halt()
    assert ended == [Interruption.HALT, Interruption.HALT]


def test_nothing_begins_after_a_halt() -> None:
    threads, begun = WorkThreads(), list[Signal]()
    threads.halt()
    threads.begin("late", begun.append)
    assert not any(thread.name == "late" for thread in threading.enumerate())
    assert begun == []


def test_what_is_over_is_halted_no_more() -> None:
    threads, seen, done = WorkThreads(), list[Signal](), threading.Event()

    def work(signal: Signal) -> None:
        seen.append(signal)
        done.set()

    threads.begin("short", work)
    assert done.wait(PATIENCE_SECONDS)
    for thread in threading.enumerate():
        if thread.name == "short":
            thread.join(PATIENCE_SECONDS)
    threads.halt()
    assert seen[0].raised is None

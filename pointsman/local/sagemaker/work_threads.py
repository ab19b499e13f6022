"""Threads for work that outlives the request which asked for it."""

import threading
from collections.abc import Callable

from pointsman.local.sagemaker.errors import InterruptedRunError
from pointsman.local.sagemaker.signals import Interruption, Signal

_HALT_SECONDS = 30.0


class WorkThreads:
    """Each has a signal, by which it hears of a halt. After a halt none begins: the next start resumes the work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[threading.Thread, Signal] = {}
        self._halted = False

    def begin(self, name: str, work: Callable[[Signal], object]) -> None:
        """`work` may end by InterruptedRunError."""
        signal = Signal()
        thread = threading.Thread(target=self._run, args=[work, signal], name=name, daemon=True)
        with self._lock:
            if self._halted:
                return
            self._threads[thread] = signal
            thread.start()

    def halt(self) -> None:
        with self._lock:
            self._halted = True
            threads = dict(self._threads)
        for signal in threads.values():
            signal.send(Interruption.HALT)
        for thread in threads:
            thread.join(timeout=_HALT_SECONDS)

    def _run(self, work: Callable[[Signal], object], signal: Signal) -> None:
        try:
            work(signal)
        except InterruptedRunError:
            return
        finally:
            with self._lock:
                self._threads.pop(threading.current_thread(), None)

"""`Pipelines` that starts nothing, but honours tokens as SageMaker does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from control_plane.costs import JobUse
from control_plane.errors import CallError
from control_plane.ports import GONE, Execution
from control_plane.records import StartRequest

_TOKEN_LENGTHS = range(32, 129)


@dataclass(frozen=True)
class Started:
    """What one execution was started with."""

    arn: str
    request: StartRequest
    display_name: str
    description: str


@dataclass
class FakePipelines:
    """`unavailable` is raised instead of starting anything new, until it is None again."""

    now: Callable[[], datetime]
    unavailable: CallError | None = None
    started: list[Started] = field(default_factory=list)
    _by_token: dict[str, str] = field(default_factory=dict)
    _asked: dict[str, StartRequest] = field(default_factory=dict)
    _executions: dict[str, Execution] = field(default_factory=dict)
    _jobs: dict[str, Sequence[JobUse]] = field(default_factory=dict)

    def start(self, request: StartRequest, *, token: str, display_name: str, description: str) -> str:
        assert len(token) in _TOKEN_LENGTHS, "SageMaker takes tokens of 32 to 128 characters"
        assert self._asked.setdefault(token, request) == request, "what a token once asked for is all it may ask for"
        if token in self._by_token:
            return self._by_token[token]
        if self.unavailable:
            raise self.unavailable
        arn = f"arn:aws:sagemaker:eu-west-1:111122223333:pipeline/{request.pipeline}/execution/{len(self.started):012d}"
        self._by_token[token] = arn
        self._executions[arn] = Execution(arn, "Executing", self.now(), None)
        self.started.append(Started(arn, request, display_name, description))
        return arn

    def describe(self, arn: str) -> Execution:
        if arn not in self._executions:
            return Execution(arn, GONE, self.now(), "SageMaker doesn't know it any more")
        return self._executions[arn]

    def jobs(self, arn: str) -> Sequence[JobUse]:
        return self._jobs.get(arn, ())

    def delete(self, arn: str) -> None:
        """As deleting its pipeline does."""
        del self._executions[arn]

    def end(self, arn: str, status: str = "Succeeded", failure: str | None = None, jobs: Sequence[JobUse] = ()) -> None:
        self._jobs[arn] = jobs
        self._executions[arn] = replace(self._executions[arn], status=status, ended_at=self.now(), failure=failure)

    @property
    def running(self) -> list[str]:
        return [arn for arn, execution in self._executions.items() if not execution.has_ended]

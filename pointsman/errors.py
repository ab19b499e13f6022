"""Everything that `pointsman` reports to a person as one line and an exit code.

PointsmanError                        1
├── UnknownEnvironment            9   samconfig.toml has no environment of that name
├── NotRunning                   10   the embedded AWS is not running
├── NotDeployed                  11   the stack is not in the environment
├── InvalidSpec                  12   a model's YAML file has errors; nothing was applied
├── ToolMissing                  13   a program that the command needs is not installed
├── ToolFailed                   14   such a program failed; carries the end of what it printed
├── NotFound                     15   nothing has that id
├── StateInUse                   16   the demo would remove an environment that it did not make
├── LapFailed                    17   the demo's run did not end with a registered version
├── BadRequest                   21   what was asked for can't be sent, or a fault can never strike
├── NothingDone                  22   the control plane decided not to do what was asked, or a person did
├── NotCommitted                 23   what would be applied is in no commit; nothing was applied
├── Different                    24   `pointsman diff` found something to apply
├── NotCompilable               25   the pipelines can't be what the environment's stack asks for
├── AwsError                     26   AWS refused what a command needs, or couldn't be asked
├── UnknownState                 27   a plan needs to know what the state's file doesn't tell
├── Interrupted                 130   somebody pressed Ctrl-C; what is done is done, and it can be resumed
├── RoomFailed                   28   a room raised an error about an event; nobody will try again by itself
├── NotInCheckout                19   neither the working directory nor the package lies in a checkout
└── LocalAwsError                 2   the embedded AWS could not do what was asked
    ├── UnsupportedPlatform       3   the built functions hold Linux binaries
    ├── UnsupportedMiniStack      4   another version than the tested one, or a hook that is gone
    ├── PortInUse                 5   the port asked for is taken
    ├── AlreadyRunning            6   another process holds the state directory
    ├── DidNotStart               7   no healthy endpoint before the deadline
    ├── UnreadableState           8   saved by another version, or damaged
    ├── UnusableState            18   the state directory can't be made or written
    └── UnusablePort             20   the port asked for is none that this user may listen on
"""

from typing import ClassVar


class PointsmanError(Exception):
    """Its message is the whole report: what happened, with the name of the thing, and what to do."""

    exit_code: ClassVar[int] = 1


class LocalAwsError(PointsmanError):
    """The embedded AWS could not do what was asked."""

    exit_code: ClassVar[int] = 2


class UnsupportedPlatform(LocalAwsError):
    """Raised where functions built for Lambda cannot run."""

    exit_code: ClassVar[int] = 3


class UnsupportedMiniStack(LocalAwsError):
    """Raised before anything is patched, when MiniStack is not the version whose internals we know."""

    exit_code: ClassVar[int] = 4


class PortInUse(LocalAwsError):
    """Raised when a port was asked for by number and something else listens on it."""

    exit_code: ClassVar[int] = 5


class AlreadyRunning(LocalAwsError):
    """Raised when a second instance is started on one state directory."""

    exit_code: ClassVar[int] = 6


class DidNotStart(LocalAwsError):
    """Raised when a detached instance ended, or was not healthy in time; carries the tail of its log."""

    exit_code: ClassVar[int] = 7


class UnreadableState(LocalAwsError):
    """Raised when the state directory holds a snapshot that this version cannot read."""

    exit_code: ClassVar[int] = 8


class UnusableState(LocalAwsError):
    """Raised when the state directory is a file, or nothing can be written there."""

    exit_code: ClassVar[int] = 18


class UnusablePort(LocalAwsError):
    """Raised for a port out of range, or one that the system refuses for another reason than its being taken."""

    exit_code: ClassVar[int] = 20


class UnknownEnvironment(PointsmanError):
    """Raised by `Environment.named`."""

    exit_code: ClassVar[int] = 9


class NotRunning(PointsmanError):
    """Raised by commands that act on the embedded AWS."""

    exit_code: ClassVar[int] = 10


class NotDeployed(PointsmanError):
    """Raised where a stack's outputs are needed."""

    exit_code: ClassVar[int] = 11


class InvalidSpec(PointsmanError):
    """Its message has a line per error: file, line, field, and what was expected."""

    exit_code: ClassVar[int] = 12


class ToolMissing(PointsmanError):
    """Raised before anything is started."""

    exit_code: ClassVar[int] = 13


class ToolFailed(PointsmanError):
    """Raised when `sam build` or `sam deploy` ends with an error."""

    exit_code: ClassVar[int] = 14


class NotFound(PointsmanError):
    """Raised by the commands that show one thing."""

    exit_code: ClassVar[int] = 15


class StateInUse(PointsmanError):
    """Raised by `pointsman demo`."""

    exit_code: ClassVar[int] = 16


class LapFailed(PointsmanError):
    """Raised by `pointsman demo`; says which step failed and why."""

    exit_code: ClassVar[int] = 17


class BadRequest(PointsmanError):
    """Raised before, or when, a request is put on the bus; and for a fault that can never strike."""

    exit_code: ClassVar[int] = 21


class NothingDone(PointsmanError):
    """Raised by the commands that ask, with the decision's outcome and reason, and where a person said no.

    What waits is no error.
    """

    exit_code: ClassVar[int] = 22


class NotCommitted(PointsmanError):
    """Raised by `pointsman apply`, on an account; its message lists the files."""

    exit_code: ClassVar[int] = 23


class Different(PointsmanError):
    """Raised by `pointsman diff`. Not 1, as diff and kubectl have it: that is how a program ends which broke."""

    exit_code: ClassVar[int] = 24


class NotCompilable(PointsmanError):
    """Raised by `pointsman diff` and `pointsman apply`, before anything is compared."""

    exit_code: ClassVar[int] = 25


class AwsError(PointsmanError):
    """Not raised: what a command's end makes of botocore's errors that nothing else understood."""

    exit_code: ClassVar[int] = 26


class UnknownState(PointsmanError):
    """Raised by `pointsman plan`, where an environment would be asked."""

    exit_code: ClassVar[int] = 27


class Interrupted(PointsmanError):
    """Raised by `pointsman replay`. As shells have it: 128 and the signal's number."""

    exit_code: ClassVar[int] = 130


class RoomFailed(PointsmanError):
    """Raised by the commands that hand events to rooms; carries the room's own error."""

    exit_code: ClassVar[int] = 28


class NotInCheckout(PointsmanError):
    """Raised by `project_root`, so that no state is left in a folder that merely happened to be the current one."""

    exit_code: ClassVar[int] = 19

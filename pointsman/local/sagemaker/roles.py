"""As whom jobs, steps and models act in the AWS around us: as the role that they were given."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    token: str | None = None


# The embedded AWS knows no other of its account's.
ACCOUNTS_OWN = Credentials("test", "test")


class Roles(Protocol):
    """What IAM says of roles, by their ARNs."""

    def credentials(self, role: str) -> Credentials:
        """Those that whoever acts as the role makes requests with."""
        ...

    def denial(self, role: str, operation: str, request: dict[str, Any]) -> str | None:
        """Why the role may not make this request of SageMaker, in IAM's words; None: it may."""
        ...


class _NoRoles:
    """Where nobody is held to anything."""

    def credentials(self, role: str) -> Credentials:  # noqa: ARG002  the protocol's
        return ACCOUNTS_OWN

    def denial(self, role: str, operation: str, request: dict[str, Any]) -> str | None:  # noqa: ARG002
        return None


UNCHECKED: Roles = _NoRoles()

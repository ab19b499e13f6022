"""Time as the ledger writes it: UTC, one fixed-width text form, so that text order is time order."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """`2026-11-21T09:30:00.000000+00:00`: microseconds always shown, so every stamp has the same width."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")

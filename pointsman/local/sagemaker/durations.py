"""`ExpireAfter` of a step's cache: an ISO 8601 duration, written as loosely as the service reads it.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching-enabling.html has `30d`, `5y`, `T16m` and `30dT5h`: no
leading P, units in lower case. Real definitions also have `P30D`, `p30d`, `T12H` and `PT1H`.
"""

import re
from datetime import timedelta

_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
# A year and a month have no fixed length; these are near enough for a cache (our choice).
_DAYS = {"years": 365, "months": 30}


def parse(text: str) -> timedelta:
    """Raises ValueError."""
    match = _DURATION.fullmatch(text)
    found = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not found or text[-1] in "Tt":
        raise ValueError(f"'{text}' is not an ISO 8601 duration, such as P30D or PT12H")
    days = found.pop("days", 0) + sum(found.pop(unit, 0) * length for unit, length in _DAYS.items())
    try:
        return timedelta(days=days, **found)
    except OverflowError as error:
        raise ValueError(f"'{text}' is too long") from error

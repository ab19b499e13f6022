"""The ledger changed: should people hear of it?"""

from control_plane.notices import HEADLINES, RUN_FAILED, Notice, news_of
from control_plane.records import Decision, Run


def decide(before: Decision | Run | None, after: Decision | Run) -> Notice | None:
    """None where it is no news, or was news before: a record is written again whenever anything of it changes.

    What waits is taken up in vain every minute, and waits as before.
    """
    news = news_of(after)
    if news is None or (before is not None and news in {news_of(before), _waited_as(before)}):
        return None
    if isinstance(after, Run):
        because = after.failure or "SageMaker gives no reason"
        return Notice(RUN_FAILED, after.model, f"a run for {after.purpose} failed", because, after.decision, after.arn)
    because = f"{after.because}; {after.then}" if after.then else after.because
    return Notice(news, after.model or "no model", HEADLINES[after.outcome], because, after.id, after.run)


def _waited_as(record: Decision | Run) -> str | None:
    return record.waited_as if isinstance(record, Decision) else None

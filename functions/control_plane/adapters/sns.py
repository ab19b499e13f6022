"""`Notices` on an SNS topic."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from control_plane.adapters.dynamodb.keys import decision_key
from control_plane.notices import Notice

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_SUBJECT_LIMIT = 100
_CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


class SnsNotices:
    """Needs sns:Publish on the topic. Inboxes get text, and all else JSON: Notice's fields with `title` and `link`.

    Subscriptions may filter by the attributes `model` and `what`.
    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """

    def __init__(self, client: "SNSClient", topic_arn: str, table: str) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._table = table

    def tell(self, notice: Notice) -> None:
        link = self._link(notice)
        self._client.publish(
            TopicArn=self._topic_arn,
            Subject=notice.title[:_SUBJECT_LIMIT],
            Message=json.dumps(
                {
                    "default": json.dumps(asdict(notice) | {"title": notice.title, "link": link}),
                    "email": _letter(notice, link),
                    "sms": notice.title,
                }
            ),
            MessageStructure="json",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in (("model", notice.model), ("what", notice.what))
            },
        )

    def _link(self, notice: Notice) -> str:
        """Where the console shows the decision, with all that is known of it."""
        region = self._client.meta.region_name
        console = _CONSOLES.get(self._client.meta.partition, "console.aws.amazon.com")
        place = f"itemMode=2&pk={quote(decision_key(notice.decision), safe='')}&route=ROUTE_ITEM_EXPLORER&sk="
        return f"https://{region}.{console}/dynamodbv2/home?region={region}#edit-item?{place}&table={self._table}"


def _letter(notice: Notice, link: str) -> str:
    run = [f"What came of it: {notice.run}"] if notice.run else []
    ask = f"pointsman decisions show {notice.decision}"
    return "\n".join([f"{notice.title} ({notice.what})", "", notice.because, "", *run, ask, link])

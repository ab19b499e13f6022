"""What an hour of an instance costs in a job of SageMaker's, on demand. Data: add to it what you use, and deploy.

Only rates of jobs stand here, each with the region, the day and the source that somebody read it in: what has none is
unknown. Training, processing and batch transform on one type are billed alike, as the bill of eu-west-1 shows. To look
a rate up, or to see whether it still holds:

    aws pricing get-products --region us-east-1 --service-code AmazonSageMaker \
        --filters Type=TERM_MATCH,Field=usagetype,Value=USE1-Train:ml.m5.xlarge
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for an hour of one instance in one region, as `source` had it on `as_of`."""

    region: str
    instance_type: str
    usd_per_hour: float
    as_of: date
    source: str


_PRICE_LIST = "AWS Price List API, AmazonSageMaker, usage type USE1-"
_BILL = "a bill, https://github.com/aws-samples/sagemaker-ssh-helper/blob/main/Sample_Costs.md"
_BILLED = date(2023, 12, 31)

RATES = (
    Rate("us-east-1", "ml.t3.medium", 0.05, date(2026, 7, 30), f"{_PRICE_LIST}Processing:ml.t3.medium"),
    Rate("us-east-1", "ml.m5.large", 0.115, date(2026, 8, 11), f"{_PRICE_LIST}Train:ml.m5.large"),
    Rate("us-east-1", "ml.m5.xlarge", 0.23, date(2026, 9, 13), f"{_PRICE_LIST}Processing:ml.m5.xlarge"),
    Rate("us-east-1", "ml.g5.2xlarge", 1.515, date(2026, 8, 20), f"{_PRICE_LIST}Train:ml.g5.2xlarge"),
    Rate("eu-west-1", "ml.m5.xlarge", 0.257, _BILLED, _BILL),
    Rate("eu-west-1", "ml.g4dn.xlarge", 0.822, _BILLED, _BILL),
    Rate("eu-west-1", "ml.g5.xlarge", 1.57, _BILLED, _BILL),
    Rate("eu-west-1", "ml.p3.2xlarge", 4.131, _BILLED, _BILL),
)


def rates_in(region: str) -> list[Rate]:
    return [rate for rate in RATES if rate.region == region]


def usd_per_hour(region: str, instance_type: str) -> float | None:
    """None where no rate is known."""
    return next((rate.usd_per_hour for rate in rates_in(region) if rate.instance_type == instance_type), None)

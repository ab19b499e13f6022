"""What an hour of an instance costs in a job of SageMaker's, on demand. Data: add to it what you use, and deploy.

Only rates with a source stand here. SageMaker bills training, processing and batch transform on one type of instance
alike, as the bill below shows for ml.m5.xlarge. To look a rate up, or to see whether it still holds:

    aws pricing get-products --region us-east-1 --service-code AmazonSageMaker \
        --filters Type=TERM_MATCH,Field=usagetype,Value=USE1-Train:ml.m5.xlarge
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per instance-hour by instance type, in one region, as `source` had them on `as_of`."""

    region: str
    as_of: date
    source: str
    usd_per_hour: Mapping[str, float]


# Of two rates for one type in one region the first counts.
RATES = (
    Rates(
        "us-east-1",
        date(2026, 9, 28),
        "AWS Price List API, usage types USE1-Processing:*, USE1-Train:* and USE1-Host:*, as public notes on costs "
        "quote it, the first of 2026-06-27",
        {
            "ml.t3.medium": 0.05,
            "ml.t3.large": 0.10,
            "ml.m5.large": 0.115,
            "ml.m5.xlarge": 0.23,
            "ml.m5.2xlarge": 0.461,
            "ml.g5.2xlarge": 1.515,
        },
    ),
    # Quoted without a region; where the price list above has the same type, the two agree.
    Rates(
        "us-east-1",
        date(2025, 1, 15),
        "https://github.com/aws-samples/foundation-model-benchmarking-tool, src/fmbench/configs/pricing.yml",
        {
            "ml.g4dn.12xlarge": 4.89,
            "ml.g5.xlarge": 1.4084,
            "ml.g5.12xlarge": 7.09,
            "ml.g5.24xlarge": 10.18,
            "ml.g5.48xlarge": 20.36,
            "ml.g6.2xlarge": 1.222,
            "ml.g6.12xlarge": 5.752,
            "ml.g6.24xlarge": 8.344,
            "ml.g6.48xlarge": 16.688,
            "ml.p3.2xlarge": 3.825,
        },
    ),
    Rates(
        "eu-west-1",
        date(2023, 12, 31),
        "a bill of December 2023, https://github.com/aws-samples/sagemaker-ssh-helper/blob/main/Sample_Costs.md",
        {
            "ml.m5.xlarge": 0.257,
            "ml.g4dn.xlarge": 0.822,
            "ml.g4dn.4xlarge": 1.678,
            "ml.g4dn.12xlarge": 5.453,
            "ml.g5.xlarge": 1.57,
            "ml.g5.12xlarge": 7.91,
            "ml.p3.2xlarge": 4.131,
        },
    ),
)


def usd_per_hour(region: str, instance_type: str) -> float | None:
    """None where no rate is known."""
    known = (rates.usd_per_hour for rates in RATES if rates.region == region)
    return next((rates[instance_type] for rates in known if instance_type in rates), None)

"""The embedded AWS as clients in processes of their own meet it: by their environment alone."""

import os

from tests.contract.sagemaker.serving import Client
from tests.local.instances import Instance


class Embedded(Client):
    def __init__(self, aws: Instance) -> None:
        self.endpoint_url = aws.endpoint_url

    @property
    def environment(self) -> dict[str, str]:
        """With nothing of the user's own AWS configuration."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

"""Serves the embedded AWS with an added service that answers what it was asked. Arguments: state directory."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from pointsman.local.aws.embedded import EmbeddedAws
from pointsman.local.aws.sagemaker import SAGEMAKER
from pointsman.local.aws.services import Response
from pointsman.local.serving import listen
from pointsman.local.settings import LocalSettings


def main() -> None:
    settings = LocalSettings(state=Path(sys.argv[1]))
    with listen(settings) as listener:
        aws = EmbeddedAws(settings, listener)

        def echo(operation: str, path: str, _headers: Mapping[str, str], body: bytes) -> Response:
            request = json.loads(body or b"{}")
            aws.emit("aws.sagemaker", "Echo", {"operation": operation}, [path])
            answer = {"PipelineExecutionArn": f"{operation} {request.get('PipelineName')} {path}"}
            return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

        aws.add_service(SAGEMAKER, echo)
        asyncio.run(aws.serve(asyncio.to_thread(sys.stdin.read), ready=lambda: print(aws.endpoint_url, flush=True)))


if __name__ == "__main__":
    main()

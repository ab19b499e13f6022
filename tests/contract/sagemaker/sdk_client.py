"""What the SDK does against the AWS that its environment names: `python -m … <bucket> <role> <model data> <folder>`.

In a process of its own: the SDK reads where AWS is from the environment, and takes seconds to import; so it is one
process for all that is tried. Writes what came of it into the folder, as answer.json.
"""

import json
import sys
from pathlib import Path

from tests.contract.sagemaker import sdk_pipeline, sdk_resources


def main(bucket: str, role: str, model_data: str, folder: Path) -> None:
    answer = {
        "pipeline": sdk_pipeline.run(bucket, role, folder),
        "executions": sdk_resources.executions(sdk_pipeline.NAME),
        "served": sdk_resources.served(model_data, role),
    }
    (folder / "answer.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    bucket, role, model_data, folder = sys.argv[1:]
    main(bucket, role, model_data, Path(folder))

"""What a training says of itself: numbers found in its log."""

import re

from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.shapes import Shape


def last_values(job: Shape, folder: JobFolder, at: float) -> list[Shape]:
    """The last value that each definition's expression finds in the log."""
    definitions = (job.get("AlgorithmSpecification") or {}).get("MetricDefinitions") or ()
    log = folder.log.read_text(errors="replace") if definitions and folder.log.exists() else ""
    found = []
    for definition in definitions:
        values = [match[1] for match in re.finditer(definition["Regex"], log) if match.lastindex]
        try:
            found.append({"MetricName": definition["Name"], "Value": float(values[-1]), "Timestamp": at})
        except (IndexError, ValueError):
            continue  # SageMaker, too, leaves out a metric that was never printed, or not as a number
    return found

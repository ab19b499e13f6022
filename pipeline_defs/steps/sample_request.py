"""A request that a model should be able to answer, as a version is registered with it: an archive with one file.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html (SamplePayloadUrl)
"""

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np

ROWS = 5
NAME = "sample.csv"


def write_sample(features: np.ndarray, path: Path) -> None:
    """The first rows as `serve.py` takes them: CSV without a header. The same rows make the same archive."""
    body = "".join(f"{','.join(map(repr, row))}\n" for row in features[:ROWS].tolist()).encode()
    entry = tarfile.TarInfo(NAME)
    entry.size = len(body)
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        archive.addfile(entry, io.BytesIO(body))

"""Gzipped tar archives, as SageMaker takes sample payloads and models."""

import io
import tarfile
import zlib

from control_plane.errors import UnreadableArchive

_MOST_BYTES = 25 * 2**20  # more than that no request to an endpoint may have


def first_file(body: bytes, called: str) -> bytes:
    """Raises UnreadableArchive, also where the file is larger than an endpoint takes."""
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
            for entry in archive:
                file = archive.extractfile(entry) if entry.isfile() else None
                if file is not None:
                    if entry.size > _MOST_BYTES:
                        raise UnreadableArchive(f"{entry.name} in {called} has {entry.size} bytes")
                    return file.read()
    except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
        raise UnreadableArchive(f"{called} is no gzipped tar archive: {error}") from error
    raise UnreadableArchive(f"{called} holds no file")

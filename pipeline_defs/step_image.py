"""The image that steps run in, as what it is built from."""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "images" / "steps"


def image_tag() -> str:
    """The image's tag, which names what it is built from: another Python or library is another image.

    First 16 hex digits of a sha256 over the folder's files, by name.
    """
    digest = sha256()
    for path in sorted(FOLDER.iterdir()):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def image_uri(repository: str) -> str:
    """`repository`: the URI of one in ECR, an output of the stack."""
    return f"{repository}:{image_tag()}"

"""What `sam build` made, made to start fast: `python -m pointsman.artefact`, which `make build` calls.

Lambda's disk is read-only, so without bytecode in the artefact every cold start compiles every module; and botocore
brings the models of 400 services, with their documentation, and looks into the folder of each. Nothing is added but
bytecode, and nothing is left out but what the functions never name, so an artefact that this has not seen runs as well,
and starts later.
"""

import compileall
import gzip
import json
import re
import shutil
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

from botocore import xform_name

from pointsman.checkout import project_root

# Clients that no code of ours asks for: X-Ray's SDK makes its own.
_OTHERS_SERVICES = ("xray",)


def prepare(built: Path) -> None:
    """`built` is SAM's own folder, `.aws-sam`. SAM copies what it has built once for every function: one is prepared,
    and the built template names it for all.
    """
    template = built / "build" / "template.yaml"
    for definition in _definitions(built):
        first, *others = definition["functions"]
        leave_out_models(built / "build" / first / "botocore" / "data", Path(definition["codeuri"]))
        compile_all(built / "build" / first)
        copies = "|".join(map(re.escape, others))
        template.write_text(re.sub(rf"(?m)^( +CodeUri: )({copies})$", rf"\g<1>{first}", template.read_text()))


def folder_of(function: str, built: Path) -> Path | None:
    """What is deployed as a function; None where it isn't built."""
    names = (definition["functions"] for definition in _definitions(built))
    return next((built / "build" / first for first, *others in names if function in (first, *others)), None)


def _definitions(built: Path) -> list[dict[str, Any]]:
    """What SAM built, each with the functions that it is for."""
    told = built / "build.toml"
    return [*tomllib.loads(told.read_text())["function_build_definitions"].values()] if told.is_file() else []


def compile_all(artefact: Path) -> None:
    """Bytecode that holds whatever times the files get when they are packed and unpacked."""
    compileall.compile_dir(
        artefact, stripdir=artefact, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH, force=True
    )


def leave_out_models(data: Path, functions: Path) -> None:
    """Keep of botocore's models the services and operations that the functions' code names."""
    code = "\n".join(file.read_text() for file in sorted(functions.rglob("*.py")))
    services = {path.name for path in data.iterdir() if path.is_dir()}
    kept = {name for name in services if f'("{name}"' in code} | services.intersection(_OTHERS_SERVICES)
    for name in services - kept:
        shutil.rmtree(data / name)
    words = set(re.findall(r"\w+", code))
    prefixes = {_cut(packed, words) for packed in list(data.glob("*/*/service-2.json.gz"))}
    _cut_endpoints(data / "endpoints.json", prefixes)


def _cut(packed: Path, words: Collection[str]) -> str:
    """Put a model in its own place, with the operations whose methods are among `words`. Its prefix of endpoints."""
    model = json.loads(gzip.decompress(packed.read_bytes()))
    operations = {name: operation for name, operation in model["operations"].items() if xform_name(name) in words}
    shapes = reached(operations, model["shapes"])
    cut = model | {"operations": operations, "shapes": {name: model["shapes"][name] for name in sorted(shapes)}}
    packed.unlink()
    packed.with_suffix("").write_text(_dumped(_without_documentation(cut)))
    return str(model["metadata"]["endpointPrefix"])


def reached(place: Any, shapes: Mapping[str, Any]) -> set[str]:
    """The names of the shapes that a part of a model leads to."""
    found: set[str] = set()
    unseen = [place]
    while unseen:
        for name in _shape_names(unseen.pop()):
            if name in shapes and name not in found:
                found.add(name)
                unseen.append(shapes[name])
    return found


def _shape_names(place: Any) -> Iterator[str]:
    if isinstance(place, dict):
        if isinstance(place.get("shape"), str):
            yield place["shape"]
        place = list(place.values())
    if isinstance(place, list):
        for part in place:
            yield from _shape_names(part)


def _without_documentation(place: Any) -> Any:
    """An empty text in its place, because botocore reads some. What has a mapping is a member of that name."""
    match place:
        case dict():
            emptied = {"documentation": ""} if isinstance(place.get("documentation"), str) else {}
            return {name: _without_documentation(part) for name, part in (place | emptied).items()}
        case list():
            return [_without_documentation(part) for part in place]
    return place


def _cut_endpoints(file: Path, prefixes: Collection[str]) -> None:
    endpoints = json.loads(file.read_text())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    file.write_text(_dumped(endpoints))


def _dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    prepare(project_root() / ".aws-sam")

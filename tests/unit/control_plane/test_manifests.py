"""Which data exactly: the fingerprint and the two forms of a manifest."""

import json
from dataclasses import replace
from itertools import permutations

import pytest

from control_plane.manifests import DataObject, Manifest, is_data

OBJECTS = (
    DataObject("t/a.csv", 3, "e1", "v1"),
    DataObject("t/b.csv", 5, "e2", "v2"),
    DataObject("t/ü 1+2%20.csv", 7, "e3", "v3"),
)
MANIFEST = Manifest.of("landing", OBJECTS)


def test_the_order_of_listing_does_not_matter() -> None:
    assert {Manifest.of("landing", order) for order in permutations(OBJECTS)} == {MANIFEST}


def test_a_new_version_of_the_same_content_is_the_same_data() -> None:
    again = [replace(item, version_id=f"new {item.version_id}") for item in OBJECTS]
    assert Manifest.of("landing", again).fingerprint == MANIFEST.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        Manifest.of("elsewhere", OBJECTS),
        Manifest.of("landing", OBJECTS[:-1]),
        Manifest.of("landing", (*OBJECTS, DataObject("t/c.csv", 0, "e4", "v4"))),
        Manifest.of("landing", (replace(OBJECTS[0], etag="changed"), *OBJECTS[1:])),
        Manifest.of("landing", (replace(OBJECTS[0], size=4), *OBJECTS[1:])),
        Manifest.of("landing", (replace(OBJECTS[0], key="t/a2.csv"), *OBJECTS[1:])),
        Manifest.of("landing", ()),
    ],
    ids=["bucket", "one less", "one more", "content", "size", "name", "empty"],
)
def test_other_data_has_another_fingerprint(other: Manifest) -> None:
    assert other.fingerprint != MANIFEST.fingerprint


def test_keys_cannot_be_made_to_look_like_more_objects() -> None:
    one = Manifest.of("b", [DataObject('a", 1, "e"]\n["b', 1, "e", "v")])
    two = Manifest.of("b", [DataObject("a", 1, "e", "v"), DataObject("b", 1, "e", "v")])
    assert one.fingerprint != two.fingerprint


def test_a_fingerprint_is_a_name_for_a_path() -> None:
    assert len(MANIFEST.fingerprint) == 64
    assert MANIFEST.fingerprint.isalnum()


def test_sagemakers_form_is_a_prefix_and_the_keys_after_it() -> None:
    prefix, *keys = json.loads(MANIFEST.for_sagemaker())
    assert prefix == {"prefix": "s3://landing/"}
    assert keys == ["t/a.csv", "t/b.csv", "t/ü 1+2%20.csv"]


def test_peoples_form_names_versions() -> None:
    document = json.loads(MANIFEST.for_people())
    assert document["bucket"] == "landing"
    assert document["objects"][0] == {"key": "t/a.csv", "size": 3, "etag": "e1", "version_id": "v1"}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("t/a.csv", True),
        ("t/", False),
        ("t/_SUCCESS", False),
        ("t/x/_SUCCESS", False),
        ("t/_SUCCESS.csv", True),
        ("t/a.tmp", False),
        ("t/A.TMP", True),
        ("t/_temporary/0/a.csv", False),
        ("_temporary/a.csv", True),
    ],
)
def test_data_is_told_from_what_lies_beside_it(key: str, *, expected: bool) -> None:
    assert is_data(key, manifest="_SUCCESS", exclude=("*.tmp", "*/_temporary/*")) is expected


def test_without_a_manifest_its_name_is_data() -> None:
    assert is_data("t/_SUCCESS", manifest=None, exclude=())

"""Paths as definitions write them."""

from typing import Any

import pytest

from pointsman.local.sagemaker import paths

DOCUMENT: dict[str, Any] = {
    "a": {"b": [{"c": 1}, {"c": 2}], "with space": 3, "0": "zero"},
    "Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://x"}}],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b[1].c", 2),
        ("$.a.b[0].c", 1),
        ("a.b[-1].c", 2),
        ("['a']['with space']", 3),
        ('a["b"][0]["c"]', 1),
        ("a['0']", "zero"),
        ("a[0]", "zero"),
        ("Outputs['train'].S3Output.S3Uri", "s3://x"),
        ("Outputs[0].OutputName", "train"),
    ],
)
def test_paths_lead_to_values(text: str, value: Any) -> None:
    assert paths.follow(DOCUMENT, paths.parse(text)) == value


@pytest.mark.parametrize(
    ("text", "missing"),
    [("a.x.y", "x"), ("a.b[2]", 2), ("a.b[-3]", -3), ("a.b.c", "c"), ("Outputs['test']", "test"), ("a.b[0].c.d", "d")],
)
def test_the_first_segment_that_leads_nowhere_is_named(text: str, missing: Any) -> None:
    with pytest.raises(KeyError) as caught:
        paths.follow(DOCUMENT, paths.parse(text))
    assert caught.value.args == (missing,)


@pytest.mark.parametrize(
    "text", ["", "$", "a b", "a[", "a['b]", "a[]x", "['a']b", "a['b'", "a.*", "a..b", "a[*]", "a[0:1]"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        paths.parse(text)

import csv
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from prepare import prepare, share
from tables import BadDataError

GOOD = [f"{n},{n / 7:.3f},{n * 2}" for n in range(40)]


def land(folder: Path, files: dict[str, str]) -> Path:
    for key, text in files.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def csv_text(*lines: str, header: str = "a,b,y") -> str:
    return "\n".join([header, *lines, ""])


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def run(
    tmp_path: Path,
    files: dict[str, str],
    *,
    features: str = "a,b",
    name: str = "out",
    test_share: float = 0.25,
    problem_type: str = "Regression",
) -> Path:
    data = land(tmp_path / f"{name}-data", files)
    prepare(data, tmp_path / name, target="y", features=features, test_share=test_share, problem_type=problem_type)
    return tmp_path / name


def failure(tmp_path: Path, files: dict[str, str], *, features: str = "a,b", problem_type: str = "Regression") -> str:
    with pytest.raises(BadDataError) as caught:
        run(tmp_path, files, features=features, problem_type=problem_type)
    return str(caught.value)


def test_splits_all_rows_with_the_target_last(tmp_path: Path) -> None:
    out = run(tmp_path, {"m/part-0.csv": csv_text(*GOOD[:20]), "m/part-1.csv": csv_text(*GOOD[20:])})
    train, test = rows(out / "train/train.csv"), rows(out / "test/test.csv")
    assert train[0] == test[0] == ["a", "b", "y"]
    assert len(train) + len(test) - 2 == len(GOOD)
    assert 0 < len(test) - 1 < len(train) - 1


def test_a_share_of_one_is_a_test_set_of_all_rows_and_nothing_else(tmp_path: Path) -> None:
    out = run(tmp_path, {"x.csv": csv_text(*GOOD)}, test_share=1)
    test = [[float(cell) for cell in row] for row in rows(out / "test/test.csv")[1:]]
    assert test == [[float(cell) for cell in line.split(",")] for line in GOOD]
    assert not (out / "train").exists()


def test_one_row_is_enough_to_test_with(tmp_path: Path) -> None:
    assert len(rows(run(tmp_path, {"x.csv": csv_text("1,2,3")}, test_share=1) / "test/test.csv")) == 2


@pytest.mark.parametrize("text", ["0", "-0.5", "1.01", "nan"])
def test_a_share_is_above_zero_and_at_most_one(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not above 0 and at most 1"):
        share(text)


def test_a_row_goes_to_the_same_side_whatever_file_order_and_format_it_comes_in(tmp_path: Path) -> None:
    once = run(tmp_path, {"x.csv": csv_text(*GOOD)}, name="once")
    mixed = [f"{y},{a}.0,{b}" for a, b, y in (line.split(",") for line in reversed(GOOD))]
    again = run(tmp_path, {"y.csv": csv_text(*mixed, header="y,a,b")}, name="again")
    for side in ("train/train.csv", "test/test.csv"):
        assert sorted(rows(once / side)) == sorted(rows(again / side))


def test_markers_blank_lines_and_a_byte_order_mark_are_no_data(tmp_path: Path) -> None:
    out = run(tmp_path, {"_SUCCESS": "", ".part-0.csv.crc": "x", "part-0.csv": "\ufeff" + csv_text(*GOOD, "", "")})
    assert len(rows(out / "train/train.csv")) + len(rows(out / "test/test.csv")) - 2 == len(GOOD)


def test_columns_that_are_not_features_are_left_out(tmp_path: Path) -> None:
    out = run(tmp_path, {"x.csv": csv_text(*(f"p{n},{line}" for n, line in enumerate(GOOD)), header="id,a,b,y")})
    assert rows(out / "train/train.csv")[0] == ["a", "b", "y"]


def test_a_star_takes_every_column_of_the_first_file(tmp_path: Path) -> None:
    out = run(tmp_path, {"x.csv": csv_text(*GOOD, header="b,y,a")}, features="*")
    assert rows(out / "train/train.csv")[0] == ["b", "a", "y"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,abc,3", "column b: 'abc' is not a number"),
        ("1,1_000,3", "column b: '1_000' is not a number"),
        ("1,,3", "column b: no value"),
        ("1,nan,3", "column b: 'nan' is not a finite number"),
        ("1,2,inf", "column y: 'inf' is not a finite number"),
        ("1,2", "2 cells, but the header has 3"),
        ("1,2,3,4", "4 cells, but the header has 3"),
        (f"1,{'x' * 99},3", f"column b: '{'x' * 40}…' is not a number"),
    ],
)
def test_a_bad_line_is_told_by_file_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    files = {"m/part-0.csv": csv_text(*GOOD), "m/part-7.csv": csv_text(*GOOD[:10], line, *GOOD[10:])}
    assert failure(tmp_path, files) == f"m/part-7.csv, line 12: {reason}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ": the file is empty"),
        ("a,b,y\n", ": a header but no rows"),
        ("a,c,y\n1,2,3\n", ", line 1: columns missing: b"),
        ("1,2,3\n4,5,6\n", ", line 1: columns missing: a, b, y"),
        ("a,b,b,y\n1,2,2,3\n", ", line 1: columns that appear more than once: b"),
        ('a,b,y\n1,"2,3\n', ", line 2: unexpected end of data"),
        ('{"a": 1}', ", line 1: columns missing: a, b, y"),
    ],
)
def test_a_bad_file_is_told_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    assert failure(tmp_path, {"good.csv": csv_text(*GOOD), "odd.csv": text}) == f"odd.csv{reason}"


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    land(tmp_path / "out-data", {"good.csv": csv_text(*GOOD)})
    (tmp_path / "out-data/odd.csv").write_bytes(b"a,b,y\n1,\xff,3\n")
    assert failure(tmp_path, {}) == "odd.csv, line 1 or later: not UTF-8 text"


def test_with_a_star_files_must_agree(tmp_path: Path) -> None:
    files = {"1.csv": csv_text(*GOOD), "2.csv": csv_text("1,2,3", header="a,c,y")}
    expected = "2.csv, line 1: columns missing: b; columns that the first file does not have: c"
    assert failure(tmp_path, files, features="*") == expected


def test_many_problems_are_the_first_five_and_a_count(tmp_path: Path) -> None:
    lines = failure(tmp_path, {"x.csv": csv_text(*["1,bad,2"] * 9)}).split("\n")
    assert lines[4:] == ["x.csv, line 6: column b: 'bad' is not a number", "and 4 more"]


def test_no_data_is_told(tmp_path: Path) -> None:
    assert failure(tmp_path, {"_SUCCESS": ""}) == "the manifest names no data file"
    assert failure(tmp_path, {"x.csv": csv_text("1,2,3")}) == "too few rows for a training and a test set: 1"


@pytest.mark.parametrize(("features", "twice"), [("a,y", "y"), ("a,b,a", "a")])
def test_a_column_may_be_named_once_so_that_no_model_sees_its_target(tmp_path: Path, features: str, twice: str) -> None:
    told = failure(tmp_path, {"x.csv": csv_text(*GOOD)}, features=features)
    assert told == f"Features and Target name a column twice: {twice}"


BINARY, MANY = "BinaryClassification", "MulticlassClassification"


def classes(*names: str, rows: int = 40) -> str:
    """Rows that name these classes in turn."""
    return csv_text(*(f"{n},{n / 7:.3f},{names[n % len(names)]}" for n in range(rows)))


def test_labels_are_text_and_numbers_among_them_are_one_class_however_written(tmp_path: Path) -> None:
    out = run(tmp_path, {"x.csv": classes("1", "1.0", "0", "0.0")}, problem_type=BINARY)
    found = {row[-1] for side in ("train/train.csv", "test/test.csv") for row in rows(out / side)[1:]}
    assert found == {"0", "1"}
    named = run(tmp_path, {"x.csv": classes('"in, part"', "ja")}, name="named", problem_type=BINARY)
    assert {row[-1] for row in rows(named / "test/test.csv")[1:]} == {"in, part", "ja"}


@pytest.mark.parametrize("problem_type", [BINARY, MANY])
@pytest.mark.parametrize(
    ("cell", "reason"), [("", "no label"), ("nan", "'nan' is not a label"), ("NaN", "'NaN' is not a label")]
)
def test_a_row_without_a_label_is_told(tmp_path: Path, cell: str, reason: str, problem_type: str) -> None:
    files = {"x.csv": classes("yes", "no") + f"1,2,{cell}\n"}
    assert failure(tmp_path, files, problem_type=problem_type) == f"x.csv, line 42: column y: {reason}"


@pytest.mark.parametrize(
    ("names", "problem_type", "reason"),
    [
        (["a", "b", "c"], BINARY, "column y: BinaryClassification takes two classes, but the rows have 3: a, b, c"),
        (["a"], BINARY, "column y: BinaryClassification takes two classes, but the rows have 1: a"),
        (["a"], MANY, "column y: MulticlassClassification takes two classes or more, but the rows have 1: a"),
    ],
)
def test_classes_must_be_as_many_as_the_problem_takes(
    tmp_path: Path, names: list[str], problem_type: str, reason: str
) -> None:
    assert failure(tmp_path, {"x.csv": classes(*names)}, problem_type=problem_type) == reason


def test_a_class_that_only_one_set_has_is_told(tmp_path: Path) -> None:
    told = failure(tmp_path, {"x.csv": classes("a", "b") + "1,2,c\n"}, problem_type=MANY)
    assert told.startswith(("column y: the test set has no row of 'c' (1 in all)", "column y: the training set has no"))


def test_an_evaluation_takes_the_classes_that_come(tmp_path: Path) -> None:
    out = run(tmp_path, {"x.csv": classes("a")}, test_share=1, problem_type=BINARY)
    assert len(rows(out / "test/test.csv")) == 41

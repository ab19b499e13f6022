from pipeline_defs.sample_data import diabetes_objects

COLUMNS = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,target"


def rows(objects: dict[str, bytes]) -> list[list[float]]:
    return [
        [float(cell) for cell in line.split(",")] for body in objects.values() for line in body.decode().split()[1:]
    ]


def test_objects_are_the_same_every_time() -> None:
    assert diabetes_objects() == diabetes_objects()
    assert list(diabetes_objects())[:2] == ["part-00.csv", "part-01.csv"]
    assert len(diabetes_objects()) == 20


def test_each_object_is_a_csv_with_a_header() -> None:
    assert {body.decode().split("\n")[0] for body in diabetes_objects().values()} == {COLUMNS}
    assert all(body.endswith(b"\n") for body in diabetes_objects().values())


def test_the_halves_are_all_patients_divided_by_age() -> None:
    younger, older = rows(diabetes_objects()), rows(diabetes_objects(half="older"))
    assert len(younger) + len(older) == 442
    assert max(row[0] for row in younger) < min(row[0] for row in older)


def test_units_are_real() -> None:
    assert diabetes_objects(1)["part-00.csv"].splitlines()[1] == b"48,1,21.6,87,183,103.2,70,3,3.8918,69,75"

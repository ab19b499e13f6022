from statistics import median

from pipeline_defs.sample_data import breast_cancer_objects, diabetes_objects

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


def test_the_tumours_are_divided_by_texture_and_classes_by_name() -> None:
    finer, coarser = (
        [line.split(",") for body in objects.values() for line in body.decode().split()[1:]]
        for objects in (breast_cancer_objects(), breast_cancer_objects(half="coarser"))
    )
    assert len(finer) + len(coarser) == 569
    assert max(float(row[1]) for row in finer) <= median(float(row[1]) for row in finer + coarser)
    shares = [sum(row[-1] == "malignant" for row in half) / len(half) for half in (finer, coarser)]
    assert [round(share, 2) for share in shares] == [0.16, 0.58]

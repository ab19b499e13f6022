"""Real data for the demo and the tests: `diabetes`, which ships inside scikit-learn, in real units.

442 patients, ten baseline variables, and a measure of the disease's progression after one year (Efron et al., 2004).
The half that is at most as old as the median trains a model; the older half is, to that model, an honest shift of
population.
https://scikit-learn.org/stable/datasets/toy_dataset.html#diabetes-dataset
"""

from statistics import median
from typing import Literal

type Half = Literal["younger", "older"]


def diabetes_objects(parts: int = 20, *, half: Half = "younger") -> dict[str, bytes]:
    """One half as CSV files by name, the same bytes every time. The caller chooses bucket and prefix."""
    header, rows = _diabetes(half)
    lines = [",".join(f"{value:g}" for value in row) for row in rows]
    return {
        f"part-{part:02}.csv": "\n".join([",".join(header), *lines[part::parts], ""]).encode() for part in range(parts)
    }


def _diabetes(half: Half) -> tuple[list[str], list[list[float]]]:
    from sklearn.datasets import load_diabetes  # over a second, and only a demo needs it

    data = load_diabetes(scaled=False)
    rows = [[*features, target] for features, target in zip(data.data.tolist(), data.target.tolist(), strict=True)]
    age = data.feature_names.index("age")
    middle = median(row[age] for row in rows)
    return [*data.feature_names, "target"], [row for row in rows if (row[age] <= middle) == (half == "younger")]

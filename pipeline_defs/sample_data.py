"""Real data for the demo and the tests, all of it inside scikit-learn: with a number to predict, and with a class.

Each is divided at the median of one measured variable: the half up to it trains a model, and the other is, to that
model, an honest shift of population. None of it has times, so nothing here is called a drift over time.
"""

from statistics import median
from typing import Any, Literal

type Row = list[Any]
"""Numbers, and last the target: a number or a class's name."""


def diabetes_objects(parts: int = 20, *, half: Literal["younger", "older"] = "younger") -> dict[str, bytes]:
    """One half as CSV files by name, the same bytes every time. The caller chooses bucket and prefix.

    442 patients, ten baseline variables in real units, and a measure of the disease's progression after one year
    (Efron et al., 2004).
    https://scikit-learn.org/stable/datasets/toy_dataset.html#diabetes-dataset
    """
    from sklearn.datasets import load_diabetes  # over a second, and only a demo needs it

    data = load_diabetes(scaled=False)
    rows = [[*features, target] for features, target in zip(data.data.tolist(), data.target.tolist(), strict=True)]
    return _objects([*data.feature_names, "target"], rows, parts, divider="age", upper=half == "older")


def breast_cancer_objects(parts: int = 20, *, half: Literal["finer", "coarser"] = "finer") -> dict[str, bytes]:
    """One half as CSV files by name, the same bytes every time. The caller chooses bucket and prefix.

    569 tumours, ten measurements of their cells' nuclei, and whether they are malignant (Wolberg et al., 1995). What
    divides them is texture, how much the greys within a nucleus vary. Malignant tumours are coarser: they are 16% of
    the finer half and 58% of the coarser one, so not only the features shift, but also how common the classes are.
    https://scikit-learn.org/stable/datasets/toy_dataset.html#breast-cancer-dataset
    """
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    means = [name.replace(" ", "_") for name in data.feature_names.tolist() if name.startswith("mean ")]
    classes = data.target_names.tolist()
    rows = [
        [*features[: len(means)], classes[target]]  # the means stand first
        for features, target in zip(data.data.tolist(), data.target.tolist(), strict=True)
    ]
    return _objects([*means, "diagnosis"], rows, parts, divider="mean_texture", upper=half == "coarser")


def _objects(header: list[str], rows: list[Row], parts: int, *, divider: str, upper: bool) -> dict[str, bytes]:
    """The rows beyond the median of `divider`, or those up to it."""
    position = header.index(divider)
    middle = median(row[position] for row in rows)
    kept = [row for row in rows if (row[position] > middle) == upper]
    lines = [",".join(value if isinstance(value, str) else f"{value:g}" for value in row) for row in kept]
    return {
        f"part-{part:02}.csv": "\n".join([",".join(header), *lines[part::parts], ""]).encode() for part in range(parts)
    }

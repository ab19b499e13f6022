"""A linear model whose penalty is chosen by cross-validation: ridge for numbers, logistic regression for classes.

On data of some hundred rows it beats boosted trees and forests, and it says what it does. An estimator is a script
like this one: `train.py` calls the `fit` of the one that the model's file names.
"""

import numpy as np
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

RIDGE_PENALTIES = np.logspace(-2, 4, 25)
LOGISTIC_PENALTIES = np.logspace(-2, 2, 5)
FOLDS = 5


def fit(features: np.ndarray, target: np.ndarray, problem_type: str) -> Pipeline:
    """Anything with scikit-learn's `predict`, for classes also `predict_proba`. It takes features in their own units.

    `target`: numbers where `problem_type` is Regression, else labels.
    """
    if problem_type == "Regression":
        return make_pipeline(StandardScaler(), RidgeCV(RIDGE_PENALTIES)).fit(features, target)
    logistic = LogisticRegressionCV(
        Cs=LOGISTIC_PENALTIES,
        cv=FOLDS,
        scoring="neg_log_loss",
        solver="newton-cholesky",  # ten times as fast as the default where rows are many more than features
        l1_ratios=(0,),
        use_legacy_attributes=False,
    )
    return make_pipeline(StandardScaler(), logistic).fit(features, target)

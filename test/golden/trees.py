"""Models and predictions of Python's LightGBM: writes trees.json and shipped.json (formats: golden.ts).

trees.json: small models with every kind of missing value and every kind of output that a score can have, and their rows.
`linearLeaves` are models whose first tree is a linear leaf. No training makes it, so it is written before trained trees.
shipped.json: predictions of the shipped model file, for rows of all densities. It names the model by its hash: make this
golden again whenever the model changes.
"""

import hashlib

import lightgbm
import numpy as np
from golden import FOLDER, ROOT, double, doubles, header, up_to_end, with_linear_leaf, write
from scipy.sparse import csr_matrix

HEADER = header("lightgbm (Python)", lightgbm.__version__, "test/golden/make trees")
TRAINING = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1, "seed": 7}
MODELS = {
    "plain": {},
    "NaN missing": {"with_nan": True},
    "zero missing": {"with_nan": True, "zero_as_missing": True},
    "no missing": {"with_nan": True, "use_missing": False},
    "random forest": {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7, "feature_fraction": 0.7},
    "square root": {"reg_sqrt": True},
    "l1": {"objective": "regression_l1", "with_nan": True},
    "huber": {"objective": "huber"},
    "dart": {"boosting": "dart", "drop_rate": 0.5},
    "deep": {"num_leaves": 60, "min_data_in_leaf": 1},
    "poisson": {"objective": "poisson"},
    "categories": {"categorical_feature": [1, 3], "min_data_per_group": 5, "with_nan": True},
    "linear leaves": {"linear_tree": True},
    "weights": {"with_weights": True},
}
# Parameters, number of trees after the linear leaf, and its coefficients by column.
COEFFICIENTS = {0: 0.1, 1: -0.7, 2: 1 / 3, 3: 0.0, 5: -0.0}
LINEAR_LEAVES = {
    "no tree": ({}, 0, COEFFICIENTS),
    "no column": ({}, 1, {}),
    "one tree": ({}, 1, COEFFICIENTS),
    "many trees": ({"num_leaves": 16}, 40, COEFFICIENTS),
    "NaN missing": ({"with_nan": True}, 6, {1: 2.5, 4: -1.25}),
    "zero missing": ({"with_nan": True, "zero_as_missing": True}, 6, {column: column - 2.3 for column in range(6)}),
    "no missing": ({"with_nan": True, "use_missing": False}, 6, {0: 1e300, 1: -1e-300, 2: 2.2250738585072014e-308}),
    "random forest": ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}, 6, COEFFICIENTS),
    "square root": ({"reg_sqrt": True}, 6, COEFFICIENTS),
}
ROWS, COLUMNS, ROUNDS = 240, 6, 6


def table(random, with_nan):
    """Small integers and fractions, about half of them 0, and values around 1e-35, LightGBM's threshold for zero."""
    values = np.round(random.normal(size=(ROWS, COLUMNS)) * 4) / 4
    values[:, 1] = random.integers(0, 12, ROWS)
    values[:, 3] = random.integers(0, 5, ROWS)
    values[random.random(values.shape) < 0.4] = 0
    values[random.random(values.shape) < 0.02] = 1e-36
    if with_nan:
        values[random.random(values.shape) < 0.1] = np.nan
    return values


def cells(values):
    """Sparse rows: NaN is stored, 0 is not."""
    rows = [[(column, value) for column, value in enumerate(row) if value != 0] for row in values]
    return {
        "columns": [[column for column, _ in row] for row in rows],
        "values": [doubles(value for _, value in row) for row in rows],
    }


def matrix(rows, column_count):
    starts = np.cumsum([0, *map(len, rows["columns"])])
    flat = [column for row in rows["columns"] for column in row]
    values = [float(str(value).replace("Infinity", "inf")) for row in rows["values"] for value in row]
    return csr_matrix((values, flat, starts), shape=(len(rows["columns"]), column_count))


def trained(parameters, random, rounds):
    parameters = dict(parameters)
    with_nan = parameters.pop("with_nan", False)
    with_weights = parameters.pop("with_weights", False)
    data = cells(table(random, with_nan))
    x = matrix(data, COLUMNS)
    dense = np.nan_to_num(x.toarray())
    y = np.round(np.abs(dense[:, 0] * 2 + dense[:, 1] % 3 - dense[:, 2]) + (dense[:, 3] == 2) * 3 + 1, 2)
    categories = parameters.pop("categorical_feature", "auto")
    weights = np.arange(ROWS) % 9 / 4 if with_weights else None
    parameters = {"objective": "regression", "num_leaves": 8, "min_data_in_leaf": 3, "learning_rate": 0.3} | parameters
    dataset = lightgbm.Dataset(
        x, y, weight=weights, params=TRAINING, categorical_feature=categories, free_raw_data="linear_tree" not in parameters
    )
    booster = lightgbm.train(TRAINING | parameters, dataset, rounds)
    recorded = TRAINING | parameters | ({} if categories == "auto" else {"categorical_feature": "1,3"})
    training = {**data, "labels": doubles(y)} | ({"weights": doubles(weights)} if with_weights else {})
    return booster, recorded, training


def small(name, parameters, random):
    booster, recorded, training = trained(parameters, random, ROUNDS)
    text = booster.model_to_string(num_iteration=-1)
    # Predict with the text, not with the booster in memory: hoshi reads the text.
    read = lightgbm.Booster(model_str=text)
    probe = cells(table(random, True)[:60])
    probe_matrix = matrix(probe, COLUMNS)
    return {
        "name": name,
        "parameters": recorded,
        "training": training,
        "text": up_to_end(text),
        "rows": probe,
        "predictions": doubles(read.predict(probe_matrix)),
        # Linear leaves have no contributions.
        "contributions": None
        if "linear_tree" in parameters
        else [doubles(row) for row in read.predict(probe_matrix, pred_contrib=True).toarray()[:10]],
    }


def linear_leaf(name, parameters, rounds, coefficients, random):
    booster, _, _ = trained(parameters, random, max(1, rounds))
    text = with_linear_leaf(booster.model_to_string(num_iteration=-1), rounds, 2.7, coefficients)
    # The text of the golden is LightGBM's own: read and written once.
    text = lightgbm.Booster(model_str=text).model_to_string(num_iteration=-1)
    read = lightgbm.Booster(model_str=text)
    assert read.num_trees() == rounds + 1
    rows = edge_rows(random)
    return {"name": name, "text": up_to_end(text), "rows": rows, "predictions": doubles(read.predict(matrix(rows, COLUMNS)))}


def edge_rows(random):
    """Ordinary rows; then rows with NaN, infinities, and zeros of both signs that are stored."""
    ordinary, edged = cells(table(random, False)[:30]), cells(table(random, False)[:60])
    edges = [np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e-36, 1e300]
    drawn = [[double(random.choice(edges)) if random.random() < 0.25 else value for value in row] for row in edged["values"]]
    return {
        "columns": [[], *ordinary["columns"], *edged["columns"]],
        "values": [[], *ordinary["values"], *drawn],
    }


def shipped():
    text = (ROOT / "model" / "stars" / "model.txt").read_bytes()
    booster = lightgbm.Booster(model_str=text.decode())
    random = np.random.default_rng(20)
    column_count = booster.num_feature()
    used = np.flatnonzero(booster.feature_importance() > 0)
    rows = {"columns": [], "values": []}
    for i in range(120):
        count = min(len(used), int(random.choice([0, 1, 3, 10, 30, 58, 200])))
        columns = np.sort(random.choice(used if i % 2 else column_count, count, replace=False))
        values = random.random(count) + 0.01
        rows["columns"].append([int(column) for column in columns])
        rows["values"].append(doubles(values / np.sqrt((values**2).sum()) if count else values))
    return {
        "header": HEADER,
        "model": hashlib.sha256(text).hexdigest(),
        "rows": rows,
        "predictions": doubles(booster.predict(matrix(rows, column_count))),
    }


if __name__ == "__main__":
    random = np.random.default_rng(7)
    models = [small(name, parameters, random) for name, parameters in MODELS.items()]
    linear = [linear_leaf(name, *setting, np.random.default_rng(8)) for name, setting in LINEAR_LEAVES.items()]
    write(
        "trees.json",
        {"header": HEADER, "columnCount": COLUMNS, "rounds": ROUNDS, "models": models, "linearLeaves": linear},
    )
    write("shipped.json", shipped())

"""Training of Python's LightGBM from init scores, and its predictions of a model that hoshi trained: writes training.json.

The input of the second part is build/golden-trained.json, which trained.mjs writes (format: golden.ts).
"""

import json

import lightgbm
import numpy as np
from golden import ROOT, doubles, header, up_to_end, write
from trees import cells, matrix, table

COLUMNS, ROUNDS = 6, 8
PARAMETERS = {
    "objective": "regression",
    "metric": "rmse",
    "num_leaves": 6,
    "min_data_in_leaf": 3,
    "learning_rate": 0.3,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "seed": 7,
}


def labelled(random, rows):
    data = cells(table(random, False)[:rows])
    dense = matrix(data, COLUMNS).toarray()
    labels = np.round(dense[:, 0] + (dense[:, 1] > 2) * (dense[:, 2] > 0) * 3, 2)
    return {
        **data,
        "labels": doubles(labels),
        "weights": doubles(np.arange(rows) % 4 + 0.5),
        "initScores": doubles(dense[:, 0] * 0.9 + 0.125 + random.random(rows) / 3),
    }


def dataset(data, reference=None):
    return lightgbm.Dataset(
        matrix(data, COLUMNS),
        data["labels"],
        weight=data["weights"],
        init_score=np.array(data["initScores"]),
        reference=reference,
        params=PARAMETERS,
    )


def init_scores(random):
    training, validation = labelled(random, 200), labelled(random, 80)
    on = dataset(training)
    history = {}
    booster = lightgbm.train(
        PARAMETERS,
        on,
        ROUNDS,
        valid_sets=[on, dataset(validation, on)],
        valid_names=["training", "validation"],
        callbacks=[lightgbm.record_evaluation(history)],
    )
    return {
        "parameters": PARAMETERS,
        "rounds": ROUNDS,
        "training": training,
        "validation": validation,
        "text": up_to_end(booster.model_to_string(num_iteration=-1)),
        "metrics": {name: doubles(values["rmse"]) for name, values in history.items()},
        "predictions": doubles(booster.predict(matrix(validation, COLUMNS))),
    }


def trained():
    golden = json.loads((ROOT / "build" / "golden-trained.json").read_text("utf-8"))
    booster = lightgbm.Booster(model_str=golden["text"])
    return {**golden, "predictions": doubles(booster.predict(matrix(golden["rows"], booster.num_feature())))}


if __name__ == "__main__":
    write(
        "training.json",
        {
            "header": header("lightgbm (Python)", lightgbm.__version__, "test/golden/make training"),
            "columnCount": COLUMNS,
            "initScores": init_scores(np.random.default_rng(9)),
            "trained": trained(),
        },
    )

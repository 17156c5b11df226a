"""Trains models of every kind with the installed LightGBM and scikit-learn, for test/long/imports.ts.

    python models.py DOCUMENTS.json FOLDER NUMBER

DOCUMENTS has the tokens of each text, joined by spaces, and a label. FOLDER gets model files, exported vectorizers and
index.json: one entry for each model, with the predictions for all documents. NUMBER, that of the environment, decides which kind of
model gets which vectorizer, so that all environments together have most pairs. The script runs on Python 3.7 and newer.
"""

import json
import pickle
import sys
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "model" / "training" / "python"))
import export_vectorizer

BASE = dict(
    analyzer="word", token_pattern=r"\w{1,}", ngram_range=(1, 2), sublinear_tf=True, norm="l2", smooth_idf=False,
    lowercase=False, min_df=2,
)  # fmt: skip
VECTORIZERS = [
    {},
    {"smooth_idf": True, "norm": "l1", "ngram_range": (1, 3), "min_df": 3},
    {"use_idf": False, "sublinear_tf": False, "norm": None, "token_pattern": r"(?u)\b\w\w+\b", "max_df": 0.5},
    {"norm": None},
    {"dtype": np.float32},
    {"use_idf": False, "max_features": 500},
    {"sublinear_tf": False, "smooth_idf": True, "ngram_range": (1, 1), "min_df": 0.01},
    {"ngram_range": (2, 2), "token_pattern": r"\w+"},
    {"vocabulary": ["の", "は 良い", "悪い", "最高", "良い", "良い です"]},
]
COUNTS = {"use_idf": False, "sublinear_tf": False, "norm": None, "ngram_range": (1, 1), "min_df": 8}
TRAINING = {
    "objective": "regression", "num_leaves": 12, "min_data_in_leaf": 3, "learning_rate": 0.2, "num_threads": 1,
    "verbosity": -1, "seed": 3,
}  # fmt: skip
FOREST = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7, "feature_fraction": 0.7}
# Names of kinds, with LightGBM's parameters. `how` is a way to train, `vectorizer` a fixed vectorizer, `link` says that only the
# engines with LightGBM serve the model, and `refused` that the import has to refuse it.
KINDS = {
    "regression": {"vectorizer": {}},
    "regression, one round": {"rounds": 1},
    "regression, 200 rounds": {"rounds": 200},
    "regression_l1": {"objective": "regression_l1"},
    "huber": {"objective": "huber"},
    "fair": {"objective": "fair"},
    "quantile": {"objective": "quantile", "alpha": 0.3},
    "mape": {"objective": "mape"},
    "reg_sqrt": {"reg_sqrt": True},
    "rf": FOREST,
    "rf, l1": dict(FOREST, objective="regression_l1"),
    "dart": {"boosting": "dart", "drop_rate": 0.5},
    "goss": {"boosting": "goss"},
    "extra_trees": {"extra_trees": True},
    "zero_as_missing": {"zero_as_missing": True},
    "use_missing=false": {"use_missing": False},
    "max_bin=7": {"max_bin": 7},
    "deep": {"num_leaves": 120, "min_data_in_leaf": 1},
    "path_smooth": {"path_smooth": 2.0},
    "lambdarank": {"objective": "lambdarank", "how": "ranks"},
    "rank_xendcg": {"objective": "rank_xendcg", "how": "ranks"},
    "custom objective": {"how": "custom"},
    "early stopping": {"how": "stopping"},
    "continued": {"how": "continued"},
    "columns named by terms": {"how": "named"},
    "LGBMRegressor": {"how": "estimator"},
    "weights": {"how": "weights"},
    "linear trees": {"linear_tree": True, "linear_lambda": 0.1, "link": True},
    "linear trees, l1": {"linear_tree": True, "linear_lambda": 1, "objective": "regression_l1", "link": True},
    "categories": {"how": "categories", "vectorizer": COUNTS, "link": True},
    "poisson": {"objective": "poisson", "link": True},
    "gamma": {"objective": "gamma", "link": True},
    "tweedie": {"objective": "tweedie", "link": True},
    "binary": {"objective": "binary", "how": "shares", "link": True},
    "cross_entropy": {"objective": "cross_entropy", "how": "shares", "link": True},
    "cross_entropy_lambda": {"objective": "cross_entropy_lambda", "how": "shares", "link": True},
    "multiclass": {"objective": "multiclass", "num_class": 3, "how": "classes", "refused": "num_class"},
    "no split": {"min_data_in_leaf": 10000, "refused": "trees that give different scores"},
}
SETTINGS = ("rounds", "how", "vectorizer", "link", "refused")


def train(parameters, how, rounds, x, labels, terms):
    """A booster, and its predictions in memory."""
    label = {"shares": labels > 3, "classes": np.minimum(labels - 1, 2).astype(int)}.get(how, labels)
    options = {"params": parameters, "free_raw_data": False}
    if how == "ranks":
        options["group"] = [20] * (len(labels) // 20) + ([len(labels) % 20] if len(labels) % 20 else [])
        label = np.round(labels).astype(int)
    if how == "weights":
        options["weight"] = 1 + np.arange(len(labels)) % 5
    if how == "categories":
        options["categorical_feature"] = sorted(np.argsort(-np.asarray(x.sum(axis=0)).ravel(), kind="stable")[:12].tolist())
        parameters = dict(parameters, min_data_per_group=1, cat_smooth=1, max_cat_to_onehot=1)
    if how == "named":
        options["feature_name"] = [term.replace(" ", "_") for term in terms]
    if how == "estimator":
        names = {"objective", "num_leaves", "learning_rate"}
        chosen = {name: value for name, value in parameters.items() if name in names}
        model = lightgbm.LGBMRegressor(n_estimators=rounds, min_child_samples=3, n_jobs=1, **chosen).fit(x, labels)
        return model.booster_, model.predict(x)
    if how == "custom":
        loss = lambda predictions, data: (predictions - data.get_label(), np.ones(len(predictions)))
        data = lightgbm.Dataset(x, label, **options)
        if lightgbm.__version__ < "4":
            booster = lightgbm.train(dict(parameters, objective="none"), data, rounds, fobj=loss)
        else:
            booster = lightgbm.train(dict(parameters, objective=loss), data, rounds)
    elif how == "stopping":
        half = len(labels) // 2
        data = lightgbm.Dataset(x[:half], label[:half], params=parameters)
        held_out = lightgbm.Dataset(x[half:], label[half:], reference=data)
        stop = {"callbacks": [lightgbm.early_stopping(3, verbose=False)]} if hasattr(lightgbm, "early_stopping") else {}
        booster = lightgbm.train(parameters, data, 300, valid_sets=[held_out], **stop)
    elif how == "continued":
        first = lightgbm.train(parameters, lightgbm.Dataset(x, label, **options), 5)
        booster = lightgbm.train(parameters, lightgbm.Dataset(x, label, **options), 5, init_model=first)
    else:
        booster = lightgbm.train(parameters, lightgbm.Dataset(x, label, **options), rounds)
    return booster, booster.predict(x)


def rows_of(x):
    return [{"columns": row.indices.tolist(), "values": row.data.tolist()} for row in (x[i] for i in range(x.shape[0]))]


def entry(name, setting, vectorizer_setting, documents, labels, folder):
    """Trains one model and writes its files. Returns its entry in the index."""
    stem = "".join(c if c.isalnum() else "-" for c in name)
    settings = {key: setting[key] for key in SETTINGS if key in setting}
    parameters = dict(TRAINING, **{key: value for key, value in setting.items() if key not in SETTINGS})
    vectorizer = TfidfVectorizer(**dict(BASE, **settings.get("vectorizer", vectorizer_setting))).fit(documents)
    x = vectorizer.transform(documents)
    x.sort_indices()
    result = {"name": name, "model": str(folder / (stem + ".txt")), "link": settings.get("link", False)}
    result["float32"] = x.dtype == np.float32
    try:
        export_vectorizer.export_vectorizer(vectorizer, folder / (stem + ".json"))
        result["vectorizer"] = str(folder / (stem + ".json"))
    except export_vectorizer.ExportError as error:
        result["exportError"] = str(error)
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    booster, in_memory = train(parameters, settings.get("how"), settings.get("rounds", 25), x, labels, terms)
    booster.save_model(result["model"])
    predictions = lightgbm.Booster(model_file=result["model"]).predict(x)
    result["refused"] = settings.get("refused")
    result["memoryDiffers"] = int(np.sum(np.asarray(in_memory) != predictions))
    result["predictions"] = np.asarray(predictions, dtype=float).tolist()
    if result["float32"]:
        result["rows"] = rows_of(x)
    return result


def main(documents_file, folder, number):
    warnings.simplefilter("ignore")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    content = json.loads(Path(documents_file).read_text(encoding="utf-8"))
    labels = np.array(content["labels"])
    index = []
    for i, (name, setting) in enumerate(KINDS.items()):
        vectorizer = VECTORIZERS[(2 * i + int(number)) % len(VECTORIZERS)]
        try:
            index.append(entry(name, setting, vectorizer, content["documents"], labels, folder))
        except Exception as error:  # an old LightGBM does not know every kind
            index.append({"name": name, "untrained": f"{type(error).__name__}: {error}"[:200]})
    versions = {"scikit-learn": sklearn.__version__, "lightgbm": lightgbm.__version__, "numpy": np.__version__}
    (folder / "index.json").write_text(json.dumps({"versions": versions, "models": index}), encoding="utf-8")
    (folder / "vectorizer.pkl").write_bytes(pickle.dumps(TfidfVectorizer(**BASE).fit(content["documents"])))


if __name__ == "__main__":
    main(*sys.argv[1:])

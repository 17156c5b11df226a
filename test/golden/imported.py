"""Makes imported.json: models trained in Python, in the form that `hoshi import` reads.

The format is `ImportedGolden` in golden.ts.

The texts and their tokens come from tokenize.mjs, which `make` runs first. Each model is trained on the rows of the
joined tokens, with labels from seeded random word weights. One has a linear leaf as
its first tree: ridge regression, and trees on what it leaves over. The golden has the exported vectorizer (after a round trip
through joblib), Python's predictions and contributions, and the messages of refused vectorizers. Some models can be served
only by LightGBM. Their rows are counts, which are exact, so their scores are Python's predictions to the last bit.
"""

import json
import sys
import tempfile
import warnings
from pathlib import Path

import joblib
import lightgbm
import numpy as np
import sklearn
from golden import ROOT, doubles, header, with_linear_leaf, write
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import Ridge

sys.path.insert(0, str(ROOT / "model" / "training" / "python"))
import export_vectorizer

ORIGINAL = dict(
    analyzer="word", token_pattern=r"\w{1,}", ngram_range=(1, 2), sublinear_tf=True, norm="l2", smooth_idf=False,
    lowercase=False, min_df=2,
)  # fmt: skip
TRAINING = {
    "objective": "regression", "metric": "rmse", "num_leaves": 12, "min_data_in_leaf": 3, "learning_rate": 0.2,
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1, "seed": 3,
}  # fmt: skip
MODELS = {
    "the original's": {},
    "float32": {"dtype": np.float32},
    "plain counts": {"use_idf": False, "sublinear_tf": False, "norm": None, "token_pattern": r"(?u)\b\w\w+\b", "max_df": 0.5},
    "smooth l1": {"smooth_idf": True, "norm": "l1", "ngram_range": (1, 3), "min_df": 0.02},
    "linear leaf": {},
}
REFUSED = {
    "lowercase": TfidfVectorizer(),
    "stop_words": TfidfVectorizer(lowercase=False, stop_words=["の"]),
    "tokenizer": TfidfVectorizer(lowercase=False, tokenizer=str.split, token_pattern=None),
    "preprocessor": TfidfVectorizer(lowercase=False, preprocessor=str.strip),
    "strip_accents": TfidfVectorizer(lowercase=False, strip_accents="unicode"),
    "analyzer": TfidfVectorizer(lowercase=False, analyzer="char"),
    "binary": TfidfVectorizer(lowercase=False, binary=True),
    "token_pattern": TfidfVectorizer(lowercase=False, token_pattern=r"\S+"),
    "dtype": TfidfVectorizer(lowercase=False, dtype=np.longdouble),
    "vocabulary": TfidfVectorizer(lowercase=False, vocabulary=["良い", "悪い"]),
    "TfidfVectorizer": CountVectorizer(),
}
# Each changes a fitted vectorizer, so that it computes other rows than its parameters say, or may do so.
CHANGED = {
    "norm": lambda fitted: fitted.set_params(norm="l1"),
    "use_idf": lambda fitted: fitted.set_params(use_idf=False),
    "sublinear_tf": lambda fitted: fitted.set_params(sublinear_tf=True),
    "smooth_idf": lambda fitted: fitted.set_params(smooth_idf=False),
    "build_analyzer": lambda fitted: with_attributes(fitted, build_analyzer=lambda: str.split),
    "transform": lambda fitted: with_attributes(fitted, transform=lambda texts: None),
    "vocabulary_": lambda fitted: with_attributes(fitted, vocabulary_={"良い": 1}),
    "TfidfVectorizer of scikit-learn itself": lambda fitted: with_attributes(fitted, __class__=Subclass),
    "_tfidf to be scikit-learn's TfidfTransformer": lambda fitted: with_attributes(
        fitted, _tfidf=with_attributes(fitted._tfidf, __class__=OtherTransformer)
    ),
    "fitted TfidfVectorizer": lambda fitted: TfidfVectorizer(lowercase=False),
}
COUNTS = {"use_idf": False, "sublinear_tf": False, "norm": None, "ngram_range": (1, 1), "min_df": 4}
CATEGORIES = {"min_data_per_group": 1, "cat_smooth": 1, "max_cat_to_onehot": 1}
# Each with the line of the model's text that shows why the forest refuses it.
LIGHTGBM_ONLY = {
    "categories": (CATEGORIES, "num_cat=1"),
    "linear leaves": ({"linear_tree": True, "linear_lambda": 0.1}, "is_linear=1"),
    "probabilities": ({"objective": "binary", "metric": "auc"}, "objective=binary sigmoid:1"),
    "rates": ({"objective": "poisson"}, "objective=poisson"),
}
ROWS_KEPT, CONTRIBUTIONS_KEPT, ROUNDS = 60, 12, 25


class Subclass(TfidfVectorizer):
    pass


class OtherTransformer(TfidfTransformer):
    pass


def with_attributes(thing, **attributes):
    for name, value in attributes.items():
        setattr(thing, name, value)
    return thing


def made(name, setting, documents, labels):
    vectorizer = TfidfVectorizer(**ORIGINAL | setting)
    # fit_transform would sum the norms in the order in which it met the terms, so it gives other last bits.
    matrix = vectorizer.fit(documents).transform(documents)
    matrix.sort_indices()
    if name == "linear leaf":
        ridge = Ridge(alpha=3.0, solver="cholesky").fit(matrix.toarray(), labels)
        booster = lightgbm.train(TRAINING, lightgbm.Dataset(matrix, labels - ridge.predict(matrix)), ROUNDS)
        coefficients = {column: round(float(value), 4) for column, value in enumerate(ridge.coef_) if abs(value) >= 5e-5}
        text = with_linear_leaf(booster.model_to_string(), ROUNDS, round(float(ridge.intercept_), 4), coefficients)
        text = lightgbm.Booster(model_str=text).model_to_string()
    else:
        booster = lightgbm.train(TRAINING, lightgbm.Dataset(matrix, labels), ROUNDS)
        text = booster.model_to_string()
    read = lightgbm.Booster(model_str=text)
    # Convert to doubles: from float32 rows Python would compute float32 contributions.
    contributions = read.predict(matrix[:CONTRIBUTIONS_KEPT].astype(np.float64), pred_contrib=True).tocsr()
    contributions.sort_indices()
    return {
        "name": name,
        "vectorizer": exported(vectorizer),
        "model": text,
        "rows": cells(matrix[:ROWS_KEPT]),
        "predictions": doubles(read.predict(matrix)),
        "contributions": cells(contributions),
    }


def made_for_lightgbm(name, parameters, shows, documents, labels):
    vectorizer = TfidfVectorizer(**ORIGINAL | COUNTS)
    matrix = vectorizer.fit(documents).transform(documents)
    matrix.sort_indices()
    # The most frequent terms have the most counts to tell apart.
    frequent = np.sort(np.argsort(-matrix.sum(axis=0).A1, kind="stable")[:12]).tolist() if name == "categories" else "auto"
    y = labels > 3 if name == "probabilities" else labels
    dataset = lightgbm.Dataset(matrix, y, params=TRAINING, categorical_feature=frequent, free_raw_data=False)
    text = lightgbm.train(TRAINING | parameters, dataset, ROUNDS).model_to_string()
    assert shows in text.splitlines(), f"expected the line {shows} in the model {name}"
    predictions = lightgbm.Booster(model_str=text).predict(matrix)
    return {"name": name, "vectorizer": exported(vectorizer), "model": text, "predictions": doubles(predictions)}


def exported(vectorizer):
    """The JSON that the command writes from a joblib file."""
    with tempfile.TemporaryDirectory() as folder:
        dump, out = Path(folder) / "vectorizer.joblib", Path(folder) / "vectorizer.json"
        joblib.dump(vectorizer, dump)
        assert export_vectorizer.main([str(dump), str(out)]) == 0
        assert {path.name for path in Path(folder).iterdir()} == {dump.name, out.name}, "no temporary file is left"
        return json.loads(out.read_text(encoding="utf-8"))


def refusal(vectorizer, change=lambda fitted: fitted):
    warnings.simplefilter("ignore")  # scikit-learn warns about some of these parameters
    try:
        export_vectorizer.describe(change(vectorizer.fit(["良い 映画", "悪い 映画"])))
    except export_vectorizer.ExportError as error:
        return str(error)
    raise AssertionError(f"expected {vectorizer} to be refused")


def cells(matrix):
    rows = [matrix[i] for i in range(matrix.shape[0])]
    return {"columns": [row.indices.tolist() for row in rows], "values": [doubles(row.data) for row in rows]}


if __name__ == "__main__":
    texts = json.loads((ROOT / "build" / "golden-tokens.json").read_text(encoding="utf-8"))
    documents = [" ".join(text["surfaces"]) for text in texts]
    counts = CountVectorizer(lowercase=False, token_pattern=r"\w{1,}").fit_transform(documents)
    random = np.random.default_rng(3)
    weights = random.normal(size=counts.shape[1])
    labels = np.clip(np.round(3 + counts.sign() @ weights / 3), 1, 5)
    golden = {
        "header": header("scikit-learn and lightgbm (Python)", f"{sklearn.__version__}, {lightgbm.__version__}", "test/golden/make imported"),
        "texts": [{"text": text["text"]} for text in texts],
        "models": [made(name, setting, documents, labels) for name, setting in MODELS.items()],
        "lightgbmOnly": [
            made_for_lightgbm(name, parameters, shows, documents, labels)
            for name, (parameters, shows) in LIGHTGBM_ONLY.items()
        ],
        "refusals": [{"what": what, "message": refusal(vectorizer)} for what, vectorizer in REFUSED.items()]
        + [{"what": what, "message": refusal(TfidfVectorizer(lowercase=False), change)} for what, change in CHANGED.items()],
    }
    write("imported.json", golden)

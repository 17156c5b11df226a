"""scikit-learn's rows of kuromoji's tokens: writes tfidf.json (format: `TfidfGolden` in golden.ts).

The texts and their tokens come from tokenize.mjs, which `make` runs first. scikit-learn's input is the joined tokens; all
numbers are float64.
"""

import json

import numpy as np
import sklearn
from golden import ROOT, doubles, header, write
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

DESIGN = dict(
    token_pattern=r"\w{1,}", ngram_range=(1, 2), max_features=10_000, min_df=1, sublinear_tf=True, use_idf=True,
    smooth_idf=False, norm="l2", lowercase=False,
)  # fmt: skip
# The settings in use, a cut by max_features, and the other branches of the other parameters.
SETTINGS = [
    {},
    {"max_features": 400},
    {"max_features": None, "min_df": 3, "smooth_idf": True, "norm": "l1", "ngram_range": (1, 3)},
    {"max_features": 150, "sublinear_tf": False, "use_idf": False, "norm": None, "token_pattern": r"(?u)\b\w\w+\b"},
]


def without_tie(parameters, documents):
    """Returns the next smaller max_features that cuts between two different counts. Among equal counts, scikit-learn keeps
    the terms that numpy's unstable sort leaves, and these differ between processors."""
    counts = CountVectorizer(
        token_pattern=parameters["token_pattern"], ngram_range=parameters["ngram_range"], lowercase=False
    ).fit_transform(documents)
    totals = np.sort(np.asarray(counts.sum(axis=0)).ravel())[::-1]
    return next(limit for limit in range(parameters["max_features"], 0, -1) if totals[limit - 1] > totals[limit])


def fit(setting, documents):
    parameters = DESIGN | setting
    if (parameters["max_features"] or 10_000) < 10_000:
        parameters["max_features"] = without_tie(parameters, documents)
    vectorizer = TfidfVectorizer(analyzer="word", **parameters)
    matrix = vectorizer.fit_transform(documents)
    matrix.sort_indices()
    assert matrix.dtype == "float64"
    rows = [matrix[i] for i in range(matrix.shape[0])]
    return {
        "parameters": parameters,
        "terms": list(vectorizer.get_feature_names_out()),
        "idf": doubles(vectorizer.idf_) if parameters["use_idf"] else None,
        "columns": [[int(column) for column in row.indices] for row in rows],
        "values": [doubles(row.data) for row in rows],
    }


if __name__ == "__main__":
    texts = json.loads((ROOT / "build" / "golden-tokens.json").read_text(encoding="utf-8"))
    documents = [" ".join(text["surfaces"]) for text in texts]
    golden = {
        "header": header("scikit-learn", sklearn.__version__, "test/golden/make tfidf"),
        "texts": [{"text": text["text"]} for text in texts],
    }
    golden["fits"] = [fit(setting, documents) for setting in SETTINGS]
    write("tfidf.json", golden)

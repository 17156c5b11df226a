"""What scikit-learn makes of kuromoji's tokens: tfidf.json (golden.ts, `TfidfGolden`, says what it holds).

The texts and their tokens come from tokenize.mjs, which `make` runs first. The joined tokens are what scikit-learn is
given; float64 throughout.
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
# What each setting is there for: the one in use; a cut by max_features; the other branch of every parameter.
SETTINGS = [
    {},
    {"max_features": 400},
    {"max_features": None, "min_df": 3, "smooth_idf": True, "norm": "l1", "ngram_range": (1, 3)},
    {"max_features": 150, "sublinear_tf": False, "use_idf": False, "norm": None, "token_pattern": r"(?u)\b\w\w+\b"},
]


def without_tie(parameters, documents):
    """The next smaller max_features at which the cut is between two different counts: of equal ones scikit-learn keeps
    what numpy's unstable sort happens to leave, which differs between processors."""
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

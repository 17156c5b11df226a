"""scikit-learn's rows of terms by term rules: writes ruled.json (format: `RuledGolden` in golden.ts).

The texts, and their terms with tabs between them, come from ruled.mjs, which `make` runs first. All numbers are float64.
"""

import json

import sklearn
from golden import ROOT, doubles, header, write
from sklearn.feature_extraction.text import TfidfVectorizer

PARAMETERS = dict(min_df=2, sublinear_tf=True, smooth_idf=False)

if __name__ == "__main__":
    ruled = json.loads((ROOT / "build" / "golden-ruled.json").read_text(encoding="utf-8"))
    vectorizer = TfidfVectorizer(analyzer=lambda line: line.split("\t"), **PARAMETERS)
    matrix = vectorizer.fit_transform([text["terms"] for text in ruled["texts"]])
    matrix.sort_indices()
    assert matrix.dtype == "float64"
    rows = [matrix[i] for i in range(matrix.shape[0])]
    golden = {
        "header": header("scikit-learn", sklearn.__version__, "test/golden/make ruled"),
        **ruled,
        "fit": PARAMETERS,
        "vocabulary": list(vectorizer.get_feature_names_out()),
        "idf": doubles(vectorizer.idf_),
        "columns": [[int(column) for column in row.indices] for row in rows],
        "values": [doubles(row.data) for row in rows],
    }
    write("ruled.json", golden)

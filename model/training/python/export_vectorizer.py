"""A fitted TfidfVectorizer of scikit-learn's → the JSON that `hoshi import` reads.

    python export_vectorizer.py vectorizer.joblib vectorizer.json      # joblib.dump or pickle; open only what you trust

or, where the model is trained:

    from export_vectorizer import export_vectorizer
    export_vectorizer(vectorizer, "vectorizer.json")

The format is in model/README.md, "Models made in Python". Whatever would make other rows than hoshi's is refused by the
parameter's name; idf are written by repr, which reads back to the same double.
"""

import json
import numbers
import os
import platform
import re
import sys
import unicodedata
from pathlib import Path

FORMAT = 1

# Each parameter that hoshi has no other value for, with the only one it takes.
FIXED = {
    "analyzer": "word",
    "binary": False,
    "input": "content",
    "lowercase": False,
    "preprocessor": None,
    "stop_words": None,
    "strip_accents": None,
    "tokenizer": None,
}
WHY = {
    "lowercase": "lower-casing follows a Unicode version; Japanese has no case",
    "tokenizer": "give it tokens joined by spaces, which token_pattern finds again",
}
# What it keeps; the rest of TfidfVectorizer's parameters say how bytes become text, which has happened before.
KEPT = ("token_pattern", "ngram_range", "max_features", "min_df", "sublinear_tf", "use_idf", "smooth_idf", "norm")
FITTING = ("max_df", "vocabulary")
IGNORED = ("decode_error", "encoding")
TOKEN_PATTERN = re.compile(r"(\(\?u\))?(\\b)?(\\w\{\d{1,3},\}|\\w\+|\\w\\w\+)(\\b)?")


class ExportError(ValueError):
    """What hoshi cannot represent: says what was expected and what came."""


def export_vectorizer(vectorizer, path):
    """Writes the JSON beside `path` first and then in its place, so that nobody finds half of it."""
    # Parameters may be scalars of numpy's, which know what Python would call them.
    text = json.dumps(describe(vectorizer), ensure_ascii=False, allow_nan=False, indent=0, default=lambda x: x.item())
    path = Path(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_text(text + "\n", encoding="utf-8")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def describe(vectorizer):
    """The JSON's content. Raises an ExportError that names every parameter which is not as expected."""
    if type(vectorizer).__name__ != "TfidfVectorizer":
        raise ExportError(f"Expected a TfidfVectorizer, received a {type(vectorizer).__name__}")
    if not hasattr(vectorizer, "vocabulary_"):
        raise ExportError("Expected a fitted TfidfVectorizer, received one that was not fitted")
    import sklearn

    parameters = vectorizer.get_params(deep=False)
    wrong = list(refusals(parameters))
    if wrong:
        raise ExportError("; ".join(wrong))
    terms = [str(term) for term in vectorizer.get_feature_names_out()]
    for before, term in zip(terms, terms[1:]):
        if not before < term:  # a vocabulary that was given may be in any order; one that was learned is sorted
            raise ExportError(f"Expected the vocabulary in the order of code points, received {term!r} after {before!r}")
    min_df = parameters["min_df"]
    counts_texts = isinstance(min_df, numbers.Integral) and min_df >= 1
    fitting = {name: parameters[name] for name in FITTING if parameters[name] is not None}
    if "vocabulary" in fitting:
        fitting["vocabulary"] = "given"
    return {
        "format": FORMAT,
        "made": {
            "scikit-learn": sklearn.__version__,
            "python": platform.python_version(),
            "unicode": unicodedata.unidata_version,
        },
        "dtype": dtype_name(parameters["dtype"]),
        "parameters": {name: parameters[name] for name in KEPT}
        | {"ngram_range": list(parameters["ngram_range"]), "min_df": min_df if counts_texts else 1, "lowercase": False},
        # What only fitting used and hoshi has no name for.
        "fitting": fitting | ({} if counts_texts else {"min_df": min_df}),
        "terms": terms,
        "idf": [float(value) for value in vectorizer.idf_] if parameters["use_idf"] else None,
    }


def refusals(parameters):
    for name, expected in FIXED.items():
        received = parameters[name]
        if received != expected:
            why = f" ({WHY[name]})" if name in WHY else ""
            yield f"Expected {name}={expected!r}{why}, received {shown(received)}"
    if dtype_name(parameters["dtype"]) not in ("float64", "float32"):
        yield f"Expected dtype float64 or float32, received {shown(parameters['dtype'])}"
    pattern = parameters["token_pattern"]
    if not (isinstance(pattern, str) and TOKEN_PATTERN.fullmatch(pattern)):
        yield rf"Expected token_pattern \w{{n,}}, \w+ or (?u)\b\w\w+\b, received {shown(pattern)}"
    known = {*FIXED, *KEPT, *FITTING, *IGNORED, "dtype"}
    for name in sorted(set(parameters) - known):
        yield f"Expected only parameters of TfidfVectorizer that this program knows, received {name}={shown(parameters[name])}"


def dtype_name(dtype):
    import numpy

    return numpy.dtype(dtype).name


def shown(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def main(arguments):
    if len(arguments) != 2:
        print("usage: export_vectorizer.py VECTORIZER.joblib VECTORIZER.json", file=sys.stderr)
        return 2
    import joblib  # scikit-learn brings it; it reads plain pickles too

    try:
        export_vectorizer(joblib.load(arguments[0]), arguments[1])
    except (ExportError, OSError) as error:
        print(f"export_vectorizer: {arguments[0]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Exports a fitted scikit-learn TfidfVectorizer as the JSON that `hoshi import` reads.

    python export_vectorizer.py vectorizer.joblib vectorizer.json

reads a file of joblib.dump or pickle. Such a file can run any program, so open only files that you trust.
In the program that trains the model, call it directly:

    from export_vectorizer import export_vectorizer
    export_vectorizer(vectorizer, "vectorizer.json")

model/README.md describes the format ("Models made in Python"). A vectorizer whose rows hoshi cannot reproduce is
refused, with the name of the parameter. The idf are written by repr, so that they read back as the same doubles.
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

# The parameters for which hoshi supports only one value, with that value.
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
# The parameters that the bundle stores.
KEPT = ("token_pattern", "ngram_range", "max_features", "min_df", "sublinear_tf", "use_idf", "smooth_idf", "norm")
# The parameters that only fitting uses.
FITTING = ("max_df", "vocabulary")
# The parameters that only decode bytes. hoshi gets decoded text.
IGNORED = ("decode_error", "encoding")
TOKEN_PATTERN = re.compile(r"(\(\?u\))?(\\b)?(\\w\{\d{1,3},\}|\\w\+|\\w\\w\+)(\\b)?")


class ExportError(ValueError):
    """The vectorizer cannot be represented in hoshi. The message has the expected and the received value."""


def export_vectorizer(vectorizer, path):
    """Writes a temporary file and renames it to `path`, so that no program reads an incomplete file."""
    # Parameters may be numpy scalars; item() converts them to Python's types.
    text = json.dumps(describe(vectorizer), ensure_ascii=False, allow_nan=False, indent=0, default=lambda x: x.item())
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def describe(vectorizer):
    """Returns the content of the JSON. Raises an ExportError that names every parameter with an unsupported value."""
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
        if not before < term:  # a fitted vocabulary is sorted; one passed as `vocabulary` may have any order
            raise ExportError(
                f"Expected the vocabulary in the order of code points, received {term!r} after {before!r}"
            )
    min_df = parameters["min_df"]
    is_count = isinstance(min_df, numbers.Integral) and min_df >= 1
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
        | {"ngram_range": list(parameters["ngram_range"]), "min_df": min_df if is_count else 1, "lowercase": False},
        # A share as min_df is stored here, because hoshi's min_df is a count.
        "fitting": fitting | ({} if is_count else {"min_df": min_df}),
        "terms": terms,
        "idf": [float(value) for value in vectorizer.idf_] if parameters["use_idf"] else None,
    }


def refusals(parameters):
    """Yields a message for each parameter with an unsupported value."""
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
        received = f"{name}={shown(parameters[name])}"
        yield f"Expected only parameters of TfidfVectorizer that this program knows, received {received}"


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
    import joblib  # a dependency of scikit-learn; it reads plain pickles too

    try:
        export_vectorizer(joblib.load(arguments[0]), arguments[1])
    except (ExportError, OSError) as error:
        print(f"export_vectorizer: {arguments[0]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

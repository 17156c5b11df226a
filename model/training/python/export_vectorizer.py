"""Exports a fitted scikit-learn TfidfVectorizer as the JSON that `hoshi import` reads.

    python export_vectorizer.py vectorizer.joblib vectorizer.json

reads a file of joblib.dump or pickle. Such a file can run any program, so open only files that you trust.
In the program that trains the model, call it directly:

    from export_vectorizer import export_vectorizer
    export_vectorizer(vectorizer, "vectorizer.json")

It needs scikit-learn 1.0 or newer. model/README.md describes the format ("Models made in Python"). A vectorizer whose
rows hoshi cannot reproduce is refused, with the name of the parameter. Doubles are written by repr, so that they read
back unchanged.

The JSON also has the rows of some dozens of texts, as this vectorizer computes them. `hoshi import` computes them again
and refuses a difference. So no parameter, patch or version of a library changes a score unnoticed.
"""

import json
import numbers
import os
import platform
import re
import sys
import unicodedata
from pathlib import Path

FORMAT = 2
OLDEST_SKLEARN = (1, 0)

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
# The parameters that fitting hands to the TfidfTransformer in `_tfidf`, which weighs the rows from then on.
WEIGHING = ("sublinear_tf", "use_idf", "smooth_idf", "norm")
# The parameters that the bundle stores.
KEPT = ("token_pattern", "ngram_range", "max_features", "min_df", *WEIGHING)
# The parameters that only fitting uses.
FITTING = ("max_df", "vocabulary")
# The parameters that only decode bytes. hoshi gets decoded text.
IGNORED = ("decode_error", "encoding")
TOKEN_PATTERN = re.compile(r"(\(\?u\))?(\\b)?(\\w\{\d{1,3},\}|\\w\+|\\w\\w\+)(\\b)?")
# hoshi has the logarithms of the counts below in a table.
LOGARITHMS = 1024


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
        if temporary.exists():
            temporary.unlink()


def describe(vectorizer):
    """Returns the content of the JSON. Raises an ExportError that names every parameter with an unsupported value."""
    import numpy
    import sklearn

    check_is_plain(vectorizer)
    try:
        parameters = vectorizer.get_params(deep=False)
        fitted = {name: getattr(vectorizer._tfidf, name) for name in WEIGHING}
    except AttributeError as error:
        raise ExportError(of_another_version("have the parameters of this version", error)) from error
    wrong = list(refusals(parameters)) + list(changed_after_fit(fitted, parameters))
    if wrong:
        raise ExportError("; ".join(wrong))
    terms = terms_of(vectorizer)
    dtype = dtype_name(parameters["dtype"])
    min_df = parameters["min_df"]
    is_count = isinstance(min_df, numbers.Integral) and min_df >= 1
    fitting = {name: parameters[name] for name in FITTING if parameters[name] is not None}
    if "vocabulary" in fitting:
        fitting["vocabulary"] = "given"
    rows, norm_order = rows_of(vectorizer, texts_for(terms))
    has_logarithms = parameters["sublinear_tf"] and dtype == "float64"
    return {
        "format": FORMAT,
        "made": {
            "scikit-learn": sklearn.__version__,
            "numpy": numpy.__version__,
            "python": platform.python_version(),
            "unicode": unicodedata.unidata_version,
        },
        "dtype": dtype,
        "parameters": dict(
            {name: parameters[name] for name in KEPT},
            ngram_range=list(parameters["ngram_range"]),
            min_df=min_df if is_count else 1,
            lowercase=False,
        ),
        # A share as min_df is stored here, because hoshi's min_df is a count.
        "fitting": dict(fitting, **({} if is_count else {"min_df": min_df})),
        "terms": terms,
        "idf": [float(value) for value in vectorizer.idf_] if parameters["use_idf"] else None,
        # The order of columns in which norms are summed; it decides their last bit.
        "norm_order": norm_order,
        # numpy's logarithm depends on its version and on the processor in the last bit.
        "logarithms": numpy.log(numpy.arange(1, LOGARITHMS, dtype="float64")).tolist() if has_logarithms else None,
        "rows": rows,
    }


def check_is_plain(vectorizer):
    """Raises an ExportError unless it is a fitted TfidfVectorizer of a supported version, without changed methods."""
    import sklearn
    from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

    if tuple(int(part) for part in sklearn.__version__.split(".")[:2]) < OLDEST_SKLEARN:
        oldest = ".".join(map(str, OLDEST_SKLEARN))
        raise ExportError(
            f"Expected scikit-learn {oldest} or newer, received {sklearn.__version__}: "
            "install a newer one, fit the vectorizer again and export it"
        )
    if type(vectorizer) is not TfidfVectorizer:
        kind = type(vectorizer)
        what = f"its subclass {kind.__module__}." if isinstance(vectorizer, TfidfVectorizer) else "a "
        raise ExportError(f"Expected a TfidfVectorizer of scikit-learn itself, received {what}{kind.__qualname__}")
    transformer = getattr(vectorizer, "_tfidf", None)
    if not hasattr(vectorizer, "vocabulary_"):
        raise ExportError("Expected a fitted TfidfVectorizer, received one that was not fitted")
    if type(transformer) is not TfidfTransformer:
        raise ExportError(f"Expected _tfidf to be scikit-learn's TfidfTransformer, received {shown(transformer)}")
    if getattr(transformer, "use_idf", True):
        try:
            transformer.idf_
        except Exception as error:  # scikit-learn's versions raise different errors
            raise ExportError(of_another_version("have idf_", error)) from error
    for part, name in ((vectorizer, "TfidfVectorizer"), (transformer, "TfidfTransformer")):
        for changed in sorted(vars(part)):
            if callable(getattr(type(part), changed, None)):
                received = f"a {type(vars(part)[changed]).__name__} that was set on the object"
                raise ExportError(f"Expected {changed} of {name} itself, received {received}")


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


def changed_after_fit(fitted, parameters):
    """Yields a message for each parameter with another value than the rows are computed with."""
    for name, expected in fitted.items():
        received = parameters[name]
        if expected != received:
            yield (
                f"Expected {name}={expected!r}, which the vectorizer was fitted with and computes rows with, "
                f"received {shown(received)}, set after fit: fit it again, or set {name} back"
            )


def terms_of(vectorizer):
    """The terms in the order of columns. Raises an ExportError unless that is the order of code points."""
    columns = vectorizer.vocabulary_
    if sorted(columns.values()) != list(range(len(columns))):
        raise ExportError(f"Expected vocabulary_ to have the columns 0 to {len(columns) - 1}, each once, received others")
    terms = [str(term) for term in sorted(columns, key=columns.get)]
    for before, term in zip(terms, terms[1:]):
        if not before < term:  # a fitted vocabulary is sorted; one passed as `vocabulary` may have any order
            raise ExportError(f"Expected the vocabulary in the order of code points, received {term!r} after {before!r}")
    return terms


def dtype_name(dtype):
    import numpy

    return numpy.dtype(dtype).name


def of_another_version(what, error):
    import sklearn

    return (
        f"Expected the vectorizer to {what}, as scikit-learn {sklearn.__version__} does, received {type(error).__name__}: {error}. "
        "If another version of scikit-learn made it, export it with that version"
    )


def shown(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


# ------------------------------------------------------------------------------------------------------- checked rows

# Words, digits, marks and symbols of many scripts; characters that are new in a version of Unicode (a Python with an
# older one does not know whether they are letters); and invisible ones.
PROBES = (
    "ABC xyz Éß ŉǅ Ωμέγα Жёлтый ԱՐև ქართული ᎣᏏᏲ ꭰꭱ ⲁⲂ 𐌰𐌱 𝐀𝟙 ﬁﬃ",
    "עִבְרִית العَرَبِيَّة ١٢٣ ۴۵ ܫܠܡ ދިވެހި ߒߞߏ",
    "हिन्दी १२ বাংলা ਪੰਜਾਬੀ ગુજરાતી ଓଡ଼ିଆ தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල",
    "ไทย ๑๒ ລາວ བོད་ཡིག မြန်မာ ភាសាខ្មែរ ᠮᠣᠩᠭᠣᠯ አማርኛ ᐃᓄᒃᑎᑐᑦ ⵜⴰⵎⴰⵣⵉⵖⵜ ꓡꓲ ꦗꦮ",
    "漢字 仮名 カナ ｶﾅﾀﾞ ゞ々〆〇ー〜 ㇰ ヷ ゟヿ ㍉ ㈱ ㊗ ㋿ 𠮷 𛀁 𛅐 한글 ㄅㄆ ꀀ 西夏 𗀀",
    "１２ ＡＢ ４５％ ① ⑳ Ⅷ ㊿ ½ ² ₃ 〇 〡 ៗ ٪",
    "、。！？「」・… ‐－—〜 ~ ' \" _ a_b _1 @ # & + = / \\ | ¥ £",
    "😀 👍🏽 👨‍👩‍👧 🇯🇵 ❤️ 1️⃣ (^^) ｗｗ (´･ω･`) ★☆",
    "が が e\u0301 ﾊﾟ \u3099 \u309b \ufe0f \u200d",
    "\u00a0 \u00ad \u1680 \u2003 \u2028 \u2060 \u3000 \u200b \ufeff \t \r \n \x0b \x1c \x85 \x00 \x7f \ue000 \uffff",
    "\u0870 \u08c8 \u0c5d \u1c80 \u2c2f \u9ffd \ua7c0 \U00010570 \U00011070 \U0002a6de \U0002b738 \U0001df00",  # 14
    "\u0cf3 \U00011241 \U00011f04 \U00011f50 \U0001d2c0 \U0001e030 \U0001e4d0 \U0001e4f0 \U0001faf8 \U00031350 \U0002b739",  # 15
    "\u2ffc \u31ef \U0002ebf0 \U0002ee5d",  # 15.1
    "\u1c89 \ua7cb \ua7da \U000105c0 \U00010d40 \U00010d50 \U00011382 \U00011bc0 \U0001ccf0 \U0001e5d0 \U00013460",  # 16
    "\u088f \ua7ce \ua7d2 \U00010940 \U00011db0 \U00016ea0 \U0001e6c0 \U000323b0 \U0002b73a",  # 17
    "\u8d78 \U0001fadc \U000e0100 \U0010ffff \u0378 \u2fe0 \U0003ffff",
)
PARTS_OF_A_TEXT, TEXTS_OF_TERMS, SOME_TERMS, MOST_REPEATS = 4, 24, 20, 1000


def texts_for(terms):
    """Texts of tokens joined by spaces, the same for the same terms: probes beside terms, all terms, and extremes."""
    pairs = neighbours(terms)
    texts = ["", " ", "あ" * 5000, "良い" * 1000 + " " + "😀" * 500]
    for i, probe in enumerate(PROBES):
        parts = probe.split(" ")
        for first in range(0, len(parts), PARTS_OF_A_TEXT):
            before, after = pairs[(7 * i + first) % len(pairs)]
            # Between two terms, attached to both, and alone: `\w` decides which words these are.
            beside = [f"{before} {part} {after} {before}{part}{after} {part}" for part in parts[first : first + PARTS_OF_A_TEXT]]
            texts.append(" ".join(beside))
    # Every term, one to three times.
    for first in range(min(TEXTS_OF_TERMS, len(terms))):
        chosen = terms[first::TEXTS_OF_TERMS]
        texts.append(" ".join(" ".join([term] * (1 + (k + first) % 3)) for k, term in enumerate(chosen)))
    some = terms[:: max(1, len(terms) // SOME_TERMS)]
    texts.append(" ".join(" ".join([term] * (1 + k)) for k, term in enumerate(some)))
    before, after = pairs[0]
    texts.append(" ".join([before] * MOST_REPEATS + [after] * 3))
    for change in (str.upper, str.lower, str.title, str.swapcase, *normalizations()):
        texts.append(" ".join(change(term) for term in some))
    return texts


def normalizations():
    return [lambda term, form=form: unicodedata.normalize(form, term) for form in ("NFKC", "NFD")]


def neighbours(terms, most=24):
    """Pairs of words that are a term together, or else single terms; spread over the vocabulary."""
    words = [term.split(" ") for term in terms]
    pairs = [(pair[0], pair[1]) for pair in words if len(pair) > 1] or [(a, b) for a, b in zip(terms, terms[1:] + terms[:1])]
    return pairs[:: max(1, len(pairs) // most)]


def rows_of(vectorizer, texts):
    """The rows of the texts: the columns of their terms, in ascending order, and their values; and the order of columns
    in which scikit-learn stores a row and sums its norm. Before 1.5, the product with the idf reverses that order."""
    try:
        matrix = vectorizer.transform(texts).tocsr()
    except Exception as error:
        raise ExportError(of_another_version("transform texts", error)) from error
    cells = [list(zip(row.indices.tolist(), map(float, row.data))) for row in (matrix[i] for i in range(len(texts)))]
    rows = [
        {"text": text, "columns": [column for column, _ in row], "values": [value for _, value in row]}
        for text, row in zip(texts, map(sorted, cells))
    ]
    if all(row == sorted(row) for row in cells):
        return rows, "ascending"
    if all(row == sorted(row, reverse=True) for row in cells):
        return rows, "descending"
    raise ExportError("Expected scikit-learn to store the columns of a row in one order, received another")


def main(arguments):
    if len(arguments) != 2:
        print("usage: export_vectorizer.py VECTORIZER.joblib VECTORIZER.json", file=sys.stderr)
        return 2
    source, path = arguments
    try:
        export_vectorizer(loaded(source), path)
    except (ExportError, OSError) as error:
        print(f"export_vectorizer: {source}: {error}", file=sys.stderr)
        return 1
    return 0


def loaded(source):
    import joblib  # a dependency of scikit-learn; it reads plain pickles too

    try:
        return joblib.load(source)
    except OSError:
        raise
    except Exception as error:  # a pickle can fail in any way
        raise ExportError(
            f"Expected a file of joblib.dump or pickle, received {type(error).__name__}: {error}. "
            "If another version of Python or scikit-learn wrote it, export with that version"
        ) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Exports vectorizers that were changed after fitting, for test/long/imports.ts.

    python odd_vectorizers.py DOCUMENTS.json MODEL.txt FOLDER [PICKLE…]

MODEL was trained on the rows of the vectorizer that `fitted` makes. PICKLES are vectorizers that other versions wrote. FOLDER gets the
JSON files and index.json: for each vectorizer the exporter's error, or its file and the predictions of MODEL on its rows.
"""

import json
import sys
import warnings
from pathlib import Path
from unittest import mock

import lightgbm
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

sys.path.insert(0, str(Path(__file__).resolve().parent))
from models import BASE, export_vectorizer, rows_of


class OtherTransformer(TfidfTransformer):
    def transform(self, x, copy=True):
        return super().transform(x, copy=copy) * 2


def subclass():
    """A subclass of the same name that leaves out words of one letter."""

    def build_analyzer(self):
        analyze = super(kind, self).build_analyzer()
        return lambda text: [term for term in analyze(text) if len(term) > 1]

    kind = type("TfidfVectorizer", (TfidfVectorizer,), {"build_analyzer": build_analyzer})
    return kind


def setting(**attributes):
    def change(vectorizer):
        for name, value in attributes.items():
            setattr(vectorizer, name, value)
        return vectorizer

    return change


def with_idf(vectorizer):
    vectorizer.idf_ = vectorizer.idf_ * 1.5
    return vectorizer


def swapped(vectorizer):
    first, second = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)[:2]
    vectorizer.vocabulary_[first], vectorizer.vocabulary_[second] = 1, 0
    return vectorizer


def shorter(vectorizer):
    del vectorizer.vocabulary_[max(vectorizer.vocabulary_)]
    return vectorizer


CHANGES = {
    "unchanged": lambda fitted: fitted,
    **{f"{name}={value!r} after fit": setting(**{name: value}) for name, value in [
        ("norm", "l1"), ("norm", None), ("use_idf", False), ("sublinear_tf", False), ("smooth_idf", True), ("binary", True),
        ("lowercase", True), ("stop_words", ["は"]), ("ngram_range", (1, 1)), ("ngram_range", (1, 3)), ("token_pattern", r"\w{2,}"),
        ("token_pattern", r"\S+"), ("analyzer", "char"), ("strip_accents", "unicode"), ("tokenizer", str.split), ("preprocessor", str.strip),
        ("max_features", 10), ("min_df", 7), ("dtype", np.float32),
    ]},
    "a subclass": lambda fitted: setting(__class__=subclass())(fitted),
    "build_analyzer set on the object": lambda fitted: setting(build_analyzer=lambda: str.split)(fitted),
    "build_tokenizer set on the object": lambda fitted: setting(build_tokenizer=lambda: str.split)(fitted),
    "transform set on the object": lambda fitted: setting(transform=lambda texts: TfidfVectorizer.transform(fitted, texts) * 2)(fitted),
    "another transformer": lambda fitted: setting(_tfidf=setting(__class__=OtherTransformer)(fitted._tfidf))(fitted),
    "transform set on the transformer": lambda fitted: setting(_tfidf=setting(transform=lambda x, copy: x)(fitted._tfidf))(fitted),
    "another idf_": with_idf,
    "swapped columns": swapped,
    "one term less": shorter,
    "a CountVectorizer": lambda fitted: CountVectorizer(lowercase=False).fit(["良い 映画"]),
    "not fitted": lambda fitted: TfidfVectorizer(**BASE),
}  # fmt: skip


def replaced(own):
    return lambda self, text: own(self, text).replace("最高", "良い")


# Patches of scikit-learn itself, which the exporter cannot see.
PATCHES = {
    "build_analyzer leaves out words": (TfidfVectorizer, "build_analyzer", lambda own: lambda self: (
        lambda text, analyze=own(self): [term for term in analyze(text) if not term.startswith("は")])),
    "decode replaces words": (TfidfVectorizer, "decode", replaced),
    "_word_ngrams makes no bigrams": (TfidfVectorizer, "_word_ngrams", lambda own: lambda self, tokens, stop_words=None: tokens),
    "transform of the transformer doubles": (TfidfTransformer, "transform", lambda own: lambda self, x, copy=True: own(self, x, copy=copy) * 2),
    "transform moves a last bit": (TfidfTransformer, "transform", lambda own: lambda self, x, copy=True: own(self, x, copy=copy) * (1 + 2**-52)),
}  # fmt: skip


def result(what, vectorizer, documents, booster, path):
    try:
        export_vectorizer.export_vectorizer(vectorizer, path)
    except export_vectorizer.ExportError as error:
        return {"name": what, "exportError": str(error)}
    rows = vectorizer.transform(documents)
    try:
        predictions = booster.predict(rows).tolist()
    except lightgbm.basic.LightGBMError:
        predictions = []  # so the import has to refuse it, too
    float32 = {"float32": True, "rows": rows_of(rows)} if rows.dtype == np.float32 else {"float32": False}
    return dict(float32, name=what, vectorizer=str(path), predictions=predictions)


def main(documents_file, model, folder, *pickles):
    warnings.simplefilter("ignore")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    documents = json.loads(Path(documents_file).read_text(encoding="utf-8"))["documents"]
    booster = lightgbm.Booster(model_file=model)
    fitted = lambda: TfidfVectorizer(**BASE).fit(documents)
    results = [
        result(what, change(fitted()), documents, booster, folder / f"{i}.json") for i, (what, change) in enumerate(CHANGES.items())
    ]
    for i, (what, (kind, name, patch)) in enumerate(PATCHES.items()):
        vectorizer = fitted()
        with mock.patch.object(kind, name, patch(getattr(kind, name))):
            results.append(result(f"patched: {what}", vectorizer, documents, booster, folder / f"patch-{i}.json"))
    for i, path in enumerate(pickles):
        what = f"a pickle of {Path(path).parent.name}"
        try:
            results.append(result(what, export_vectorizer.loaded(path), documents, booster, folder / f"pickle-{i}.json"))
        except export_vectorizer.ExportError as error:
            results.append({"name": what, "exportError": str(error)})
    (folder / "index.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

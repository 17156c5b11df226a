"""The same service in idiomatic Python: MeCab, TfidfVectorizer and LightGBM behind FastAPI and uvicorn.

Reads a hoshi bundle (model.txt, vocabulary.tsv, manifest.json) from the folder PEER_BUNDLE. Serves on PORT, in one
process.
"""

import bisect
import json
import os
from pathlib import Path

import lightgbm
import MeCab
import numpy
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.feature_extraction.text import TfidfVectorizer

DICTIONARY = "/var/lib/mecab/dic/ipadic-utf8"  # from Debian's package mecab-ipadic-utf8


class Body(BaseModel):
    texts: str


def load_vectorizer(bundle: Path) -> TfidfVectorizer:
    lines = (bundle / "vocabulary.tsv").read_text("utf-8").rstrip("\n").split("\n")
    terms, idf = zip(*(line.split("\t") for line in lines))
    vectorizer = TfidfVectorizer(
        analyzer="word",
        token_pattern=r"\w{1,}",
        ngram_range=(1, 2),
        sublinear_tf=True,
        smooth_idf=False,
        lowercase=False,
        vocabulary=terms,
    )
    vectorizer.idf_ = numpy.array(idf, dtype=float)
    return vectorizer


def score_of(raw_sum: float) -> float:
    """The end map of the bundle, or without one a clamp to the range of its scores."""
    end_map = manifest.get("endMap")
    if end_map is None:
        lowest, highest = manifest["scoreRange"]
        return min(max(raw_sum, lowest), highest)
    raw, scores, slopes = end_map["raw"], end_map["scores"], end_map["slopes"]
    if raw_sum <= raw[0]:
        return scores[0]
    if raw_sum >= raw[-1]:
        return scores[-1]
    i = bisect.bisect_right(raw, raw_sum) - 1
    return scores[i] + (raw_sum - raw[i]) * slopes[i]


bundle = Path(os.environ["PEER_BUNDLE"])
manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
tagger = MeCab.Tagger(f"-r /dev/null -d {DICTIONARY} -Owakati")
vectorizer = load_vectorizer(bundle)
booster = lightgbm.Booster(model_file=bundle / "model.txt")
app = FastAPI()


@app.post("/{path:path}")
async def score(path: str, body: Body) -> dict[str, float]:
    row = vectorizer.transform([tagger.parse(body.texts)])
    return {"score": score_of(float(booster.predict(row, num_threads=1)[0]))}


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False, log_level="warning")

"""The same service in idiomatic Python: MeCab, TfidfVectorizer and LightGBM behind FastAPI and uvicorn.

Reads a hoshi bundle (model.txt, vocabulary.tsv, manifest.json) from the folder PEER_BUNDLE. Serves on PORT, in one
process.
"""

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


bundle = Path(os.environ["PEER_BUNDLE"])
lowest, highest = json.loads((bundle / "manifest.json").read_text("utf-8"))["scoreRange"]
tagger = MeCab.Tagger(f"-r /dev/null -d {DICTIONARY} -Owakati")
vectorizer = load_vectorizer(bundle)
booster = lightgbm.Booster(model_file=bundle / "model.txt")
app = FastAPI()


@app.post("/{path:path}")
async def score(path: str, body: Body) -> dict[str, float]:
    row = vectorizer.transform([tagger.parse(body.texts)])
    return {"score": float(numpy.clip(booster.predict(row, num_threads=1)[0], lowest, highest))}


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False, log_level="warning")

"""The original pipeline from reviews to a model: MeCab, TfidfVectorizer, lightgbm.train, on one thread.

    train.py train PARAMETERS.json REVIEWS.tsv FOLDER     writes the model, prints the seconds of each stage
    train.py predict REVIEWS.tsv FOLDER                   prints one prediction per line

REVIEWS.tsv has a header and the columns stars and text. PARAMETERS.json is { vectorizer, boosting, rounds }, with the
parameter names of scikit-learn and LightGBM.
"""

import json
import sys
import time
from pathlib import Path

import joblib
import lightgbm
import MeCab
from sklearn.feature_extraction.text import TfidfVectorizer

DICTIONARY = "/var/lib/mecab/dic/ipadic-utf8"  # from Debian's package mecab-ipadic-utf8


def read(reviews):
    rows = [line.split("\t") for line in Path(reviews).read_text("utf-8").split("\n")[1:-1]]
    tagger = MeCab.Tagger(f"-r /dev/null -d {DICTIONARY} -Owakati")
    return [float(stars) for stars, _ in rows], [tagger.parse(text) for _, text in rows]


def train(parameters, reviews, folder):
    parameters = json.loads(Path(parameters).read_text("utf-8"))
    seconds = {}
    began = time.perf_counter()

    def lap(stage):
        nonlocal began
        seconds[stage] = round(time.perf_counter() - began, 3)
        began = time.perf_counter()

    stars, documents = read(reviews)
    lap("tokens")
    chosen = parameters["vectorizer"] | {"ngram_range": tuple(parameters["vectorizer"]["ngram_range"])}
    vectorizer = TfidfVectorizer(analyzer="word", **chosen)
    rows = vectorizer.fit_transform(documents)
    lap("rows")
    boosting = parameters["boosting"] | {"num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(boosting, lightgbm.Dataset(rows, stars), parameters["rounds"])
    lap("trees")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    booster.save_model(folder / "model.txt")
    joblib.dump(vectorizer, folder / "vectorizer.joblib")
    lap("writing")
    print(json.dumps(seconds))


def predict(reviews, folder):
    _, documents = read(reviews)
    rows = joblib.load(Path(folder) / "vectorizer.joblib").transform(documents)
    for score in lightgbm.Booster(model_file=Path(folder) / "model.txt").predict(rows, num_threads=1):
        print(float(score))


{"train": train, "predict": predict}[sys.argv[1]](*sys.argv[2:])

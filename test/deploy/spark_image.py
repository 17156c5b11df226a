"""In the image of deploy/spark/Containerfile, as its user; test/deploy/spark-image starts it and mounts /shared.

    spark_image.py alone    user, tools, the wheel and `hoshi score`; writes the reviews as Parquet
    spark_image.py spark    what score_reviews.py wrote, score_in_process, mapInPandas, score_by_process with a model that needs
                            LightGBM, and RDD.pipe

Each score must have the bits that the checkout gave for the same text.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SHARED = Path("/shared")
TEXTS = [json.loads(line)["text"] for line in (SHARED / "texts.jsonl").read_text("utf-8").splitlines()]
CATEGORIES = ["hoshi", "score", "--bundle", str(SHARED / "categories"), "--format", "jsonl", "--column", "text", "-"]
REVIEWS, SCORED = SHARED / "out" / "reviews", SHARED / "out" / "scored"
SCHEMA = "id long, text string, score double"


def expected(name: str) -> list[float]:
    scores = [float(line) for line in (SHARED / f"{name}.txt").read_text().splitlines()]
    assert len(scores) == len(TEXTS) and len(set(scores)) > 100, f"{name}: {len(scores)} scores, {len(set(scores))} different"
    return scores


def alone() -> None:
    import hoshi
    import pyarrow as pa
    import pyarrow.parquet as pq

    assert (os.getuid(), os.getgid(), os.getgroups()) == (1099, 1099, [1099]), (os.getuid(), os.getgid(), os.getgroups())
    assert os.path.expanduser("~") == "/home/spark" and os.access("/home/spark", os.W_OK), "the home of spark"
    assert not os.access("/opt/hoshi-spark", os.W_OK) and not os.access("/hoshi", os.W_OK), "the user must not change the program"
    listed = subprocess.run(["ps", "-o", "user=,pid=", "-p", str(os.getpid())], capture_output=True, encoding="ascii", check=True).stdout
    assert listed.split() == ["spark", str(os.getpid())], listed
    status = subprocess.run(["/usr/bin/tini", "-s", "--", "sh", "-c", "exit 7"]).returncode
    assert status == 7, f"tini: status {status}"
    assert Path(sys.executable) == Path(os.environ["PYSPARK_PYTHON"]) and Path(hoshi.__file__).is_relative_to("/opt/hoshi-spark/lib"), hoshi.__file__
    print(f"the user spark, ps and tini; Python {sys.version.split()[0]}")

    with hoshi.load() as scorer:
        assert scorer.score(TEXTS) == expected("stars"), "hoshi.load().score: other scores"
        assert scorer.score(pa.array(TEXTS)).to_pylist() == expected("stars"), "hoshi.load().score of Arrow: other scores"
    print(f"import hoshi: {len(TEXTS)} scores, equal bit for bit")

    lines = (SHARED / "texts.jsonl").read_bytes()
    for command, name in ((["hoshi", "score", "--format", "jsonl", "-"], "stars"), (CATEGORIES, "categories")):
        printed = subprocess.run(command, input=lines, capture_output=True, check=True).stdout
        assert [float(line) for line in printed.splitlines()] == expected(name), f"{' '.join(command)}: other scores"
    print("hoshi score, also with a model that needs LightGBM: equal bit for bit")

    REVIEWS.mkdir()
    half = len(TEXTS) // 2
    for part, (start, end) in enumerate(((0, half), (half, len(TEXTS)))):
        pq.write_table(pa.table({"id": range(start, end), "text": TEXTS[start:end]}), REVIEWS / f"{part}.parquet")


def spark() -> None:
    import hoshi
    import hoshi_spark
    from pyspark.sql import SparkSession

    assert hoshi_spark.__file__ == "/opt/hoshi-spark/modules/hoshi_spark.py", hoshi_spark.__file__
    session = SparkSession.builder.appName("hoshi").getOrCreate()
    reviews = session.read.parquet(str(REVIEWS)).repartition(4)

    def in_pandas(frames):  # type: ignore[no-untyped-def]
        scorer = hoshi.load()
        for frame in frames:
            yield frame.assign(score=scorer.score(frame["text"], threads=1))

    ways = {
        "score_reviews.py": (session.read.parquet(str(SCORED)), "stars"),
        "score_in_process": (reviews.mapInArrow(hoshi_spark.score_in_process(), SCHEMA), "stars"),
        "mapInPandas": (reviews.mapInPandas(in_pandas, SCHEMA), "stars"),
        "score_by_process": (reviews.mapInArrow(hoshi_spark.score_by_process(), SCHEMA), "stars"),
        "score_by_process with LightGBM": (reviews.mapInArrow(hoshi_spark.score_by_process(command=CATEGORIES), SCHEMA), "categories"),
    }
    for way, (frame, name) in ways.items():
        rows = sorted((row.id, row.text, row.score) for row in frame.collect())
        assert rows == list(zip(range(len(TEXTS)), TEXTS, expected(name))), f"{way}: other rows or scores"
        print(f"{way}: {len(rows)} rows, equal bit for bit")

    lines = session.sparkContext.parallelize([json.dumps({"text": text}) for text in TEXTS], 3)
    piped = lines.pipe("hoshi score --format jsonl -", env={"PATH": os.environ["PATH"]}).map(float).collect()
    assert piped == expected("stars"), "RDD.pipe: other scores"
    print(f"RDD.pipe: {len(piped)} rows, equal bit for bit")
    session.stop()


{"alone": alone, "spark": spark}[sys.argv[1]]()

"""deploy/spark on a real Spark: two executors in processes of their own, one of which is killed on the way.

    spark.py [ROWS]    ROWS of reviews, 20,000 by default

Each row must be there once, and each score must have the bits of `hoshi score`. spark_rates.py measures.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from spark_setup import MODULE

import hoshi
import pyarrow.parquet as pq
from hoshi_spark import score_by_process, score_in_process
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from texts import json_lines, random_texts

sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
SCHEMA = "id long, text string, score double"
OPTIONS = {"spark.executor.memory": "1g", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "8"}
well_formed = [text[:40] for text in random_texts(4000, 5)[1::2]]  # about as long as a review
texts = [well_formed[i % len(well_formed)] + str(i) for i in range(ROWS)]
texts[0] = "最高\u2028でした\x85\x0b\x0c\x1c\ufeff"  # line separators that are no end of a line of JSON


def executors() -> list[int]:
    """The processes of the executors that this Spark started."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, encoding="utf-8", check=True).stdout
    ours = f"spark.driver.port={spark.conf.get('spark.driver.port')}"
    return [int(line.split()[0]) for line in listed.splitlines() if "CoarseGrainedExecutorBackend" in line and ours in line]


def run(frame: DataFrame, out: Path) -> float:
    """Writes the frame to Parquet and returns the seconds. Kills an executor when the first rows are being written."""
    killed: list[int] = []

    def kill() -> None:
        deadline = time.monotonic() + 60
        while not list(out.rglob("*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.01)
        victims = executors()
        if victims:
            os.kill(victims[0], signal.SIGKILL)
            killed.append(victims[0])

    killer = threading.Thread(target=kill)
    began = time.perf_counter()
    killer.start()
    frame.write.mode("overwrite").parquet(str(out))
    seconds = time.perf_counter() - began
    killer.join()
    assert killed, "expected an executor to kill, found none"
    print(f"killed the executor with process {killed[0]}")
    return seconds


def check(out: Path) -> None:
    table = pq.read_table(out)
    ids = table.column("id").to_pylist()
    assert len(ids) == ROWS and len(set(ids)) == ROWS, f"expected each of {ROWS} rows once, found {len(ids)}, {len(set(ids))} of them different"
    different = [i for i, text, score in zip(ids, table.column("text").to_pylist(), table.column("score").to_pylist()) if text != texts[i] or score != expected[i]]
    assert not different, f"expected the scores of hoshi score, found {len(different)} others"


printed = subprocess.run(["hoshi", "score", "--format", "jsonl", "-"], input=json_lines(texts), capture_output=True, encoding="utf-8", check=True).stdout
expected = [float(line) for line in printed.splitlines()]
assert len(expected) == ROWS

builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("hoshi")
for name, value in OPTIONS.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
spark.sparkContext.addPyFile(str(MODULE))
with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "reviews.parquet"
    import pyarrow as pa

    pq.write_table(pa.table({"id": range(ROWS), "text": texts}), source, row_group_size=max(1000, ROWS // 16))
    reviews = spark.read.parquet(str(source)).repartition(8, "id")
    reviews.cache().count()  # so that the kill comes while rows are scored

    for name, function in (("in process", score_in_process()), ("by process", score_by_process())):
        out = Path(folder) / "scored"
        subprocess.run(["rm", "-rf", out], check=True)
        seconds = run(reviews.mapInArrow(function, SCHEMA), out)
        check(out)
        print(f"{name}: {seconds:.1f} s: each of {ROWS} rows once, equal bit for bit")

    # mapInPandas, by the wheel.
    def in_pandas(frames):  # type: ignore[no-untyped-def]
        scorer = hoshi.load()
        for frame in frames:
            yield frame.assign(score=scorer.score(frame["text"], threads=1))

    few = reviews.where(F.col("id") < 2000).coalesce(2)
    for row in few.mapInPandas(in_pandas, SCHEMA).collect():
        assert row.score == expected[row.id]
    # RDD.pipe: lines of JSON in, one score a line out.
    lines = few.select(F.to_json(F.struct("text"))).rdd.map(lambda row: row[0])
    piped = lines.pipe("hoshi score --format jsonl -", env={"PATH": os.environ["PATH"]}).map(float).collect()
    assert sorted(piped) == sorted(expected[:2000])
    print("mapInPandas and RDD.pipe: equal")

    # A process that fails: the error has its own words.
    broken = reviews.mapInArrow(score_by_process(command=["hoshi", "score", "--bundle", "/no/such/model", "--format", "jsonl", "-"]), SCHEMA)
    try:
        broken.write.parquet(str(Path(folder) / "broken"))
    except Exception as error:
        assert "/no/such/model" in str(error) and "It ended with status" in str(error), error
        print("a process that fails: Spark's error has the message of hoshi")
    else:
        raise AssertionError("expected the job to fail")
spark.stop()
print("1 passed, 0 failed")

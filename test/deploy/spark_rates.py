"""Where the time of a Spark job goes: the same rows, by jobs that take turns on two executors of one core.

    spark_rates.py [ROWS [ROUNDS]]    200,000 rows and 5 rounds by default

    read          Parquet → nothing
    Spark alone   Parquet → Parquet, with a constant as the score; no Python
    identity      … by mapInArrow with a function that gives each row the same score
    in process    … by score_in_process
    mapInPandas   … by the wheel on a pandas Series
    by process    … by score_by_process
    hoshi score   JSON lines → scores, without Spark
    wheel         an Arrow array → scores, without Spark, on one thread

The start of Spark and the first job of each kind are printed apart. The processor time is that of Spark's processes and their children; the
machine may have other work, so wall-clock time says less. The scores of each job are compared with those of `hoshi score` before the rounds.
Spark's own metrics of the tasks are read from its event log; they are wall-clock time, summed over the tasks.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median

from spark_setup import MODULE, ROOT

import hoshi
import pyarrow as pa
import pyarrow.parquet as pq
from hoshi_spark import score_by_process, score_in_process
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
ROWS, ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5
SCHEMA = "id long, text string, score double"
PARTS = 8
OPTIONS = {
    "spark.executor.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.files.openCostInBytes": "134217728",  # a task for each file
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
}
TICKS = os.sysconf("SC_CLK_TCK")
TEXTS_OF_BENCH = "import('./dist/bench/texts.js').then(async ({ benchTexts }) => console.log(JSON.stringify(await benchTexts())))"


def texts_of(rows: int) -> list[str]:
    """Reviews of the benchmarks, about 98 characters each. Each has its number, so that Parquet stores each text."""
    printed = subprocess.run(["node", "-e", TEXTS_OF_BENCH], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    reviews = json.loads(printed)
    return [f"{reviews[i % len(reviews)]}{i}" for i in range(rows)]


def cpu_of_spark() -> float:
    """Processor seconds of this process's children and all their descendants, living or dead."""
    children: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
        seconds[int(folder.name)] = sum(map(int, fields[11:15])) / TICKS  # its own, and those of its dead children
    total, found = 0.0, list(children.get(os.getpid(), ()))
    while found:
        process = found.pop()
        total += seconds.get(process, 0)
        found += children.get(process, ())
    return total


def identity(batches):  # type: ignore[no-untyped-def]
    for batch in batches:
        yield batch.append_column("score", pa.array([0.0] * len(batch)))


def in_pandas(frames):  # type: ignore[no-untyped-def]
    scorer = hoshi.load()
    for frame in frames:
        yield frame.assign(score=scorer.score(frame["text"], threads=1))


def run(name: str, frame: DataFrame, out: Path) -> tuple[float, float]:
    """Runs a job. Returns seconds and processor seconds."""
    began, cpu = time.perf_counter(), cpu_of_spark()
    writer = jobs[name](frame).write.mode("overwrite")
    writer.format("noop").save() if name == "read" else writer.parquet(str(out))
    return time.perf_counter() - began, cpu_of_spark() - cpu


def check(out: Path, expected: list[float] | None) -> None:
    table = pq.read_table(out).sort_by("id")
    assert table.column("id").to_pylist() == list(range(ROWS)), f"expected each of {ROWS} rows once"
    assert table.column("text").to_pylist() == texts, "expected the same texts"
    if expected is not None:
        assert table.column("score").to_pylist() == expected, "expected the scores of hoshi score"


def alone() -> tuple[list[float], float, float]:
    """`hoshi score` on one core: scores, seconds, processor seconds."""
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts).encode()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    printed = subprocess.run(["hoshi", "score", "--format", "jsonl", "-"], input=lines, capture_output=True, check=True).stdout
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return [float(line) for line in printed.splitlines()], seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wheel() -> tuple[float, float]:
    """The wheel on an Arrow array, one thread, in this process."""
    column = pa.array(texts)
    began, cpu = time.perf_counter(), time.process_time()
    scored = scorer.score(column, threads=1)
    seconds = time.perf_counter() - began, time.process_time() - cpu
    assert scored.to_pylist() == expected
    return seconds


def task_metrics(log: Path) -> dict[str, Counter[str]]:
    """By job: Spark's metrics of its stages, in seconds."""
    names: dict[int, str] = {}
    found: dict[str, Counter[str]] = {}
    for file in log.rglob("events_*"):
        for event in map(json.loads, file.read_text("utf-8").splitlines()):
            if event["Event"] == "SparkListenerJobStart":
                names |= dict.fromkeys(event["Stage IDs"], event["Properties"].get("spark.job.description", ""))
            elif event["Event"] == "SparkListenerStageCompleted":
                stage = event["Stage Info"]
                metrics = found.setdefault(names[stage["Stage ID"]], Counter())
                for value in stage["Accumulables"]:
                    for metric, (title, unit) in METRICS.items():
                        if value["Name"] == metric:
                            metrics[title] += int(value["Value"]) * unit
    return found


METRICS = {
    "internal.metrics.executorRunTime": ("tasks", 1e-3),
    "internal.metrics.executorCpuTime": ("CPU of JVM", 1e-9),
    "internal.metrics.jvmGCTime": ("GC", 1e-3),
    "scan time": ("scan", 1e-3),
    "time to start Python workers": ("start Python", 1e-3),
    "time to execute Python code": ("Python code", 1e-3),
}
jobs: dict[str, Callable[[DataFrame], DataFrame]] = {
    "read": lambda frame: frame,
    "Spark alone": lambda frame: frame.withColumn("score", F.lit(0.0)),
    "identity": lambda frame: frame.mapInArrow(identity, SCHEMA),
    "in process": lambda frame: frame.mapInArrow(score_in_process(), SCHEMA),
    "mapInPandas": lambda frame: frame.mapInPandas(in_pandas, SCHEMA),
    "by process": lambda frame: frame.mapInArrow(score_by_process(), SCHEMA),
}
texts = texts_of(ROWS)
scorer = hoshi.load()
expected, *_ = alone()
assert len(expected) == ROWS and len(set(expected)) > 100
with tempfile.TemporaryDirectory() as folder:
    out, log, source = (Path(folder) / name for name in ("out", "log", "reviews"))
    log.mkdir()
    source.mkdir()
    for part in range(PARTS):
        ids = range(ROWS * part // PARTS, ROWS * (part + 1) // PARTS)
        pq.write_table(pa.table({"id": ids, "text": [texts[i] for i in ids]}), source / f"{part}.parquet")

    began = time.perf_counter()
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("hoshi")
    for name, value in OPTIONS.items():
        builder = builder.config(name, value)
    spark = builder.config("spark.eventLog.dir", log.as_uri()).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.addPyFile(str(MODULE))
    reviews = spark.read.parquet(str(source))
    print(f"{'start of Spark':35}{time.perf_counter() - began:5.1f} s")
    few = reviews.where(F.col("id") % 100 == 0)
    for name in jobs:
        spark.sparkContext.setJobDescription(f"first: {name}")
        seconds, _ = run(name, few, out)
        print(f"first job, {ROWS // 100} rows, {name:14}{seconds:5.1f} s")
        run(name, reviews, out)  # so that the JVM has compiled it
        if name != "read":
            check(out, None if name in ("Spark alone", "identity") else expected)

    measured: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        for name in jobs:
            spark.sparkContext.setJobDescription(name)
            measured.setdefault(name, []).append(run(name, reviews, out))
        measured.setdefault("hoshi score", []).append(alone()[1:])
        measured.setdefault("wheel", []).append(wheel())
    spark.stop()

    print(f"\n{ROWS} rows, medians of {ROUNDS} rounds\n{'':12}{'seconds':>10}{'CPU seconds':>13}{'µs a row':>10}{'rows a CPU second':>19}")
    for name, runs in measured.items():
        seconds, cpu = median(run[0] for run in runs), median(run[1] for run in runs)
        print(f"{name:12}{seconds:10.2f}{cpu:13.2f}{cpu / ROWS * 1e6:10.2f}{ROWS / cpu:19,.0f}")
    metrics = task_metrics(log)
    titles = [title for title, _ in METRICS.values()]
    print("\nSpark's metrics, seconds of all tasks, mean of the rounds\n" + " " * 12 + "".join(f"{title:>14}" for title in titles))
    for name in jobs:
        print(f"{name:12}" + "".join(f"{metrics[name][title] / ROUNDS:14.2f}" for title in titles))

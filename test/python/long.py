"""Longer checks of the wheel, one Python at a time (test/python/run long)."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable

import hoshi
from texts import random_texts, scores_of_hoshi

scorer = hoshi.load()
name = f"Python {sys.version.split()[0]}"

texts = random_texts(100_000, 20)
assert scorer.score(texts) == scores_of_hoshi(texts), "expected the scores of hoshi score"
print(f"{name}: {len(texts)} texts equal hoshi score bit for bit")


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Elapsed, and of the processor. On a busy machine only the second says whether threads hinder each other."""
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - began_cpu


def two_callers() -> None:
    halves = [threading.Thread(target=scorer.score, args=(texts[i::2],), kwargs={"threads": 1}) for i in range(2)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()


if len(os.sched_getaffinity(0)) > 1:
    best = {
        way: min(seconds(work) for _ in range(5))
        for way, work in {
            "one thread": lambda: scorer.score(texts, threads=1),
            "threads=2": lambda: scorer.score(texts, threads=2),
            "two Python threads": two_callers,
        }.items()
    }
    for way, (time_s, cpu_s) in best.items():
        ratio = best["one thread"][0] / time_s
        print(f"{name}: {way}: {len(texts) / time_s:.0f} texts per second, {ratio:.2f} times one thread; {cpu_s:.2f} s of processor time")


def resident_kib() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4


LOADS = int(os.environ.get("LOADS", "10000"))
for i in range(LOADS):
    with hoshi.load() as other:
        if i % 100 == 0:
            other.explain("全然楽しくない")
            other.tokenize("全然楽しくない")
    if i == LOADS // 10:
        gc.collect()
        before = resident_kib()
gc.collect()
growth = resident_kib() - before
print(f"{name}: {LOADS} loads and frees: {growth} KiB more memory after the last than after a tenth of them")
assert growth < 2048, "expected less than 2 MiB of growth"

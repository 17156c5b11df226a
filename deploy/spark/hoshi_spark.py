"""Scores of reviews in Spark: partition in, partition with a column `score` out.

    from hoshi_spark import score_in_process, score_by_process
    reviews.mapInArrow(score_in_process("text"), "id long, text string, score double")

Both functions return what DataFrame.mapInArrow takes. A task holds one batch of rows at a time. Spark owns the rest: retries,
skew, and writing each row exactly once. A score depends on the text and the model alone, so a task that runs again gives the
same bits.

`score_in_process` scores in the Python worker with the wheel hoshi-stars. `score_by_process` streams each partition through a process
`hoshi score`, for models that the wheel cannot load. All tasks of a machine map the same files, so they share their memory.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

import pyarrow as pa

Batches = Iterator[pa.RecordBatch]
COMMAND = ("hoshi", "score", "--format", "jsonl", "--column", "text", "-")
_json_of = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps with an argument makes an encoder for each text


def score_in_process(column: str = "text", output: str = "score", bundle: str | None = None) -> Callable[[Batches], Batches]:
    """By the wheel: one thread for each task, because Spark runs a task on each core. A text that is null has the score null."""

    def score(batches: Batches) -> Batches:
        scorer = _scorer_of(bundle)
        for batch in batches:
            yield batch.append_column(output, scorer.score(batch.column(column), threads=1))

    return score


_scorers: dict[str | None, object] = {}


def _scorer_of(bundle: str | None):  # type: ignore[no-untyped-def]
    """Spark uses a Python worker for many tasks. Each worker loads a model once."""
    import hoshi

    if bundle not in _scorers:
        _scorers[bundle] = hoshi.load(bundle)
    return _scorers[bundle]


def score_by_process(
    column: str = "text", output: str = "score", command: Sequence[str] = COMMAND
) -> Callable[[Batches], Batches]:
    """By a process `hoshi score` for each partition: JSON lines to its stdin, one score a line from its stdout."""

    def score(batches: Batches) -> Batches:
        with _Process(command) as process:
            for batch in batches:
                yield batch.append_column(output, process.score(batch.column(column)))

    return score


class _Process:
    """A `hoshi score` that is given one batch at a time. A thread writes while the scores are read, so that no pipe fills up."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)
        except OSError as error:
            raise RuntimeError(f"expected the program {command[0]} on each executor, cannot start it: {error}") from error

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """A process that fails at the end fails the task, too. If the task has failed, the process is killed."""
        assert self._process.stdin is not None and self._process.stdout is not None
        if kind is not None:
            self._process.kill()
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        rest = self._process.stdout.read()
        self._process.stdout.close()
        status = self._process.wait()
        if kind is None and (status != 0 or rest):
            raise self._failure(f"an end after the last score, found status {status} and {len(rest)} more bytes")
        self._errors.close()

    def score(self, texts: pa.Array) -> pa.Array:
        assert self._process.stdin is not None and self._process.stdout is not None
        values = [text for text in texts.to_pylist() if text is not None]
        writer = threading.Thread(target=_write, args=(self._process.stdin, values))
        writer.start()
        lines = [self._process.stdout.readline() for _ in values]
        writer.join()
        if lines and not lines[-1].endswith(b"\n"):
            found = sum(line.endswith(b"\n") for line in lines)
            raise self._failure(f"{len(values)} scores, found {found}")
        scores = iter(map(float, lines))
        return pa.array([next(scores) if valid else None for valid in texts.is_valid().to_pylist()], pa.float64())

    def _failure(self, expected: str) -> RuntimeError:
        self._process.kill()
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-2000:].decode("utf-8", "replace").strip()
        return RuntimeError(f"{' '.join(self._command)}: expected {expected}. It ended with status {status} and said: {said or 'nothing'}")


def _write(stdin: IO[bytes], texts: Sequence[str]) -> None:
    try:
        for start in range(0, len(texts), 1000):
            lines = [f'{{"text":{_json_of(text)}}}\n' for text in texts[start : start + 1000]]
            stdin.write("".join(lines).encode())
        stdin.flush()
    except (BrokenPipeError, ValueError):
        pass  # the process has ended, and the reader says why

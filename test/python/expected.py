"""Prints what c_api.c reads: the score map and the steps of the shipped model, and texts with the scores of `hoshi score`."""

from __future__ import annotations

from texts import MANIFEST, sample, scores_of_hoshi

STEPS = ["emoji", "dashes", "nfkc", "punctuation", "repeats", "elongation", "spelling"]
texts = sample(500)
units = [text.encode("utf-16-be", "surrogatepass").hex(" ", 2) for text in texts]
lengths = [len(text.encode("utf-16-be", "surrogatepass")) // 2 for text in texts]
end_map = MANIFEST["endMap"]
steps = [STEPS.index(step) for step in MANIFEST["normalizer"]["steps"]]
print(len(end_map["raw"]), len(steps), len(texts), sum(lengths))
for name in ("raw", "scores", "slopes"):
    print(*(float(number).hex() for number in end_map[name]))
print(*steps)
for score, length, text in zip(scores_of_hoshi(texts), lengths, units):
    print(score.hex(), length, text)

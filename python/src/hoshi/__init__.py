"""How many stars does this Japanese review give? Texts in, scores out, in your own process.

>>> import hoshi
>>> scorer = hoshi.load()
>>> scorer.score(["すごい！最高に興奮した！楽しい"])
[4.818050441920917]
"""

from ._bundle import BundleError
from ._library import __version__
from ._scorer import (
    Detail,
    ExplainedTerm,
    Explanation,
    Model,
    Scorer,
    Token,
    UnexplainableError,
    load,
)

__all__ = [
    "BundleError",
    "Detail",
    "ExplainedTerm",
    "Explanation",
    "Model",
    "Scorer",
    "Token",
    "UnexplainableError",
    "__version__",
    "load",
]

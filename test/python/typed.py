"""What a type checker sees of the package. `test/python/run types` checks this file; nothing runs it."""

import hoshi
import numpy as np
import numpy.typing as npt
import pandas as pd
from typing_extensions import assert_type


def use(array: npt.NDArray[np.object_], series: "pd.Series[str]") -> None:
    with hoshi.load() as scorer:
        assert_type(scorer, hoshi.Scorer)
        assert_type(scorer.score("a"), float)
        assert_type(scorer.score(["a", None]), list[float])
        assert_type(scorer.score(array), npt.NDArray[np.float64])
        assert_type(scorer.score(series), "pd.Series[float]")
        assert_type(scorer.details("a"), hoshi.Detail)
        assert_type(scorer.details(["a"]), list[hoshi.Detail])
        assert_type(scorer.explain("a")["terms"][0]["contribution"], float)
        assert_type(scorer.tokenize("a")[0].surface, str)
        assert_type(scorer.model.range, tuple[float, float])
        scorer.score(3)  # type: ignore[call-overload]

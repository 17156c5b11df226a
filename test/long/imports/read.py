"""Shows model files to the installed LightGBM: python read.py REQUEST.json > ANSWERS.json

REQUEST: { "files": [path, …], "indptr", "indices", "data", "columns" }, a CSR matrix of rows. Each answer is { "predictions": […] },
in which infinities and NaN are strings, { "error": message } or { "crash": signal }. Each file is read in a process of its own, because LightGBM may crash.
"""

import json
import math
import os
import signal
import sys
import tempfile

import lightgbm
import numpy as np
from scipy.sparse import csr_matrix

SECONDS = 30


def read(path, x):
    try:
        predictions = lightgbm.Booster(model_file=path).predict(x)
        return {"predictions": [value if math.isfinite(value) else repr(value) for value in predictions.tolist()]}
    except Exception as error:
        return {"error": str(error)}


def answer(path, x):
    with tempfile.NamedTemporaryFile("w+") as result:
        process = os.fork()
        if process == 0:
            signal.alarm(SECONDS)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            json.dump(read(path, x), result)
            result.flush()
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if os.WIFSIGNALED(status):
            return {"crash": signal.Signals(os.WTERMSIG(status)).name}
        result.seek(0)
        return json.loads(result.read() or '{"crash": "ended"}')


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    shape = (len(request["indptr"]) - 1, request["columns"])
    matrix = csr_matrix((request["data"], request["indices"], request["indptr"]), shape=shape, dtype=np.float64)
    json.dump([answer(path, matrix) for path in request["files"]], sys.stdout)

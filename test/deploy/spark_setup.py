"""The environment of a Spark with deploy/spark. Import it before hoshi_spark and pyspark."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(os.environ["HOSHI_ROOT"])
MODULE = ROOT / "deploy" / "spark" / "hoshi_spark.py"
sys.path[:0] = [str(MODULE.parent), str(ROOT / "test" / "python")]
os.environ["PYSPARK_PYTHON"] = sys.executable
# The executors inherit the PATH: `hoshi` is on it, as in the image of deploy/spark.
_commands = Path(tempfile.mkdtemp())
(_commands / "hoshi").symlink_to(ROOT / "bin" / "hoshi")
os.environ["SPARK_WORKER_DIR"] = str(_commands / "work")
os.environ["PATH"] = f"{_commands}:{os.environ['PATH']}"

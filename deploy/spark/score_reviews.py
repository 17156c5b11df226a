"""A Spark job: reviews with the columns id and text → the same rows with a score.

    score_reviews.py gs://BUCKET/reviews gs://BUCKET/scored              Parquet to Parquet
    score_reviews.py bigquery:PROJECT.DATASET.reviews bigquery:PROJECT.DATASET.scored
"""

import sys

from hoshi_spark import score_in_process
from pyspark.sql import DataFrame, SparkSession

BIGQUERY = "bigquery:"


def read(spark: SparkSession, source: str) -> DataFrame:
    if source.startswith(BIGQUERY):
        return spark.read.format("bigquery").load(source.removeprefix(BIGQUERY))
    return spark.read.parquet(source)


def write(frame: DataFrame, target: str) -> None:
    if target.startswith(BIGQUERY):
        # "direct" is the Storage Write API: the rows of all tasks appear together, when the job commits.
        frame.write.format("bigquery").option("writeMethod", "direct").mode("errorifexists").save(target.removeprefix(BIGQUERY))
    else:
        frame.write.mode("errorifexists").parquet(target)


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} SOURCE TARGET")
session = SparkSession.builder.appName("hoshi").getOrCreate()
reviews = read(session, sys.argv[1]).select("id", "text")
schema = f"id {reviews.schema['id'].dataType.simpleString()}, text string, score double"
write(reviews.mapInArrow(score_in_process(), schema), sys.argv[2])
session.stop()

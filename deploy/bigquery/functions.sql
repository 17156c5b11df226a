-- The remote functions of hoshi, one for each mode. Replace PROJECT, and the host of ENDPOINT by that of the Cloud Run service. The dataset,
-- the connection and the service are in one region. All functions share the endpoint and the connection.
--
-- max_batching_rows limits the rows of one request. A request that is over a limit of hoshi fails the query, and BigQuery does not divide it:
-- a request may have 4 MiB (HOSHI_BIGQUERY_BODY_LIMIT_BYTES), and 8,388,608 units of work (HOSHI_BIGQUERY_WORK_LIMIT_UNITS): the UTF-16 units
-- of its texts, and 128 for each. So 1,000 rows may have 1,300 characters each on average.
CREATE OR REPLACE FUNCTION `PROJECT.hoshi.stars`(text STRING) RETURNS FLOAT64
REMOTE WITH CONNECTION `PROJECT.asia-northeast1.hoshi`
OPTIONS (
  endpoint = 'https://ENDPOINT/bigquery',
  max_batching_rows = 1000,
  user_defined_context = [('mode', 'score')],
  description = 'The stars of a Japanese review, 1 to 5. NULL for NULL.'
);

CREATE OR REPLACE FUNCTION `PROJECT.hoshi.label`(text STRING) RETURNS STRING
REMOTE WITH CONNECTION `PROJECT.asia-northeast1.hoshi`
OPTIONS (
  endpoint = 'https://ENDPOINT/bigquery',
  max_batching_rows = 1000,
  user_defined_context = [('mode', 'label')],
  description = 'negative, neutral or positive. NULL for NULL.'
);

-- An explanation is 60 times as long as its text, so a request may have 64,000 UTF-16 units, and 419 rows. PARSE_JSON reads the string. A text
-- of over 4,000 units has its score and no terms.
CREATE OR REPLACE FUNCTION `PROJECT.hoshi.explain`(text STRING) RETURNS STRING
REMOTE WITH CONNECTION `PROJECT.asia-northeast1.hoshi`
OPTIONS (
  endpoint = 'https://ENDPOINT/bigquery',
  max_batching_rows = 100,
  user_defined_context = [('mode', 'explain')],
  description = 'The terms that make the stars, as JSON text. NULL for NULL.'
);

-- Reviews as Google Maps has them (shop, text, stars of the writer or none, time), by month and shop: the stars that the texts deserve beside
-- those that the writers gave.

-- 1. Score each text once and keep the result: BigQuery calls a remote function again for each query that reads it. Copies of a text are
-- scored once. Run it again for the reviews of later days.
CREATE TABLE IF NOT EXISTS `PROJECT.hoshi.scores` (text_hash BYTES, stars FLOAT64, scored_at TIMESTAMP);

INSERT INTO `PROJECT.hoshi.scores` (text_hash, stars, scored_at)
SELECT text_hash, `PROJECT.hoshi.stars`(text), CURRENT_TIMESTAMP()
FROM (
  SELECT SHA256(text) AS text_hash, ANY_VALUE(text) AS text
  FROM `PROJECT.hoshi.reviews`
  WHERE TRIM(text) != '' -- many reviews have stars and no text
  GROUP BY text_hash
)
WHERE text_hash NOT IN (SELECT text_hash FROM `PROJECT.hoshi.scores`);

-- 2. Months and shops.
SELECT
  FORMAT_TIMESTAMP('%Y-%m', review.published_at, 'Asia/Tokyo') AS month,
  review.shop_name,
  COUNT(*) AS reviews,
  COUNT(score.stars) AS reviews_with_text,
  ROUND(AVG(review.rating), 2) AS stars_given,
  ROUND(AVG(score.stars), 2) AS stars_of_texts,
  COUNTIF(review.rating >= 4 AND score.stars < 2.5) AS good_stars_bad_text
FROM `PROJECT.hoshi.reviews` AS review
LEFT JOIN `PROJECT.hoshi.scores` AS score ON score.text_hash = SHA256(review.text)
GROUP BY month, shop_name
ORDER BY month DESC, stars_of_texts;

-- 3. What drives the worst month of a shop: the terms that take the most stars.
SELECT
  JSON_VALUE(term, '$.name') AS name,
  COUNT(*) AS reviews,
  ROUND(SUM(CAST(JSON_VALUE(term, '$.contribution') AS FLOAT64)), 2) AS stars
FROM (
  SELECT `PROJECT.hoshi.explain`(text) AS explanation
  FROM `PROJECT.hoshi.reviews`
  WHERE shop_name = 'SHOP' AND FORMAT_TIMESTAMP('%Y-%m', published_at, 'Asia/Tokyo') = '2026-01' AND TRIM(text) != ''
), UNNEST(JSON_QUERY_ARRAY(PARSE_JSON(explanation, wide_number_mode => 'round'), '$.terms')) AS term
GROUP BY name
HAVING reviews >= 3
ORDER BY stars
LIMIT 20;

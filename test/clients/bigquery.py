"""DuckDB in the place of BigQuery: a table of reviews by month and shop is scored by POST /bigquery, as a remote function.

    python test/clients/bigquery.py http://localhost:8080

As BigQuery does, the caller sends NULLs, batches of at most max_batching_rows, batches of one call, several batches at a time, and a
batch again after 408, 429, 500, 503 and 504 only. A proxy between the two answers every fifth request with 503, and loses the answer of
every seventh one after the server has scored it, so that the caller repeats it. The result of each row, and of a query by month and shop,
has to be that of POST / for the same texts.
"""

import json
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb
from duckdb.sqltypes import DOUBLE, VARCHAR

url = sys.argv[1]
ROWS = 20_000
RETRIED = {408, 429, 500, 503, 504}
FORMS = ["すごい！最高に興奮した！楽しい", "料理は美味しいけど、店員の態度が悪い。", "この店は全くだめ、楽しくない。", "", "普通です😀", '"引用" と \\ と\n改行']
passed = 0


def check(what, condition, received=None):
    global passed
    if not condition:
        sys.exit(f"bigquery.py: expected {what}: received {received!r}")
    passed += 1
    print(f"ok {passed} - {what}")


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    counts = {"requests": 0, "refused": 0, "lost": 0}
    bodies = {}  # the answers by body: a repeat must have the same

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with Proxy.lock:
            Proxy.counts["requests"] += 1
            number = Proxy.counts["requests"]
        if number % 5 == 0:
            Proxy.counts["refused"] += 1
            return self.answer(503, b"")
        status, answer = post(f"{url}/bigquery", body)
        with Proxy.lock:
            if Proxy.bodies.setdefault(body, answer) != answer:
                Proxy.counts["different"] = number
        if number % 7 == 0:
            Proxy.counts["lost"] += 1
            return self.answer(504, b"")
        return self.answer(status, answer)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def post(target, body):
    request = urllib.request.Request(target, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class RemoteFunction:
    """Calls the endpoint as BigQuery calls it."""

    def __init__(self, endpoint, max_batching_rows, **context):
        self.endpoint = endpoint
        self.max_batching_rows = max_batching_rows
        self.context = context

    def call(self, texts):
        body = {"requestId": "1", "caller": "//bigquery.googleapis.com/projects/p/jobs/p:US.job", "sessionUser": "a@example.com"}
        body |= {"userDefinedContext": self.context} if self.context else {}
        body["calls"] = [[text] for text in texts]
        for tries in range(20):
            time.sleep(0 if tries == 0 else min(1, 0.01 * 2**tries))
            status, answer = post(self.endpoint, json.dumps(body).encode())
            if status == 200:
                replies = json.loads(answer)["replies"]
                if len(replies) != len(texts):
                    sys.exit(f"bigquery.py: expected {len(texts)} replies, received {len(replies)}")
                return replies
            if status not in RETRIED:
                raise RuntimeError(f"{status}: {json.loads(answer)['errorMessage']}")
        sys.exit(f"bigquery.py: expected an answer within 20 tries, received {status}")

    def batches(self, texts):
        size = self.max_batching_rows
        with ThreadPoolExecutor(8) as pool:
            batches = pool.map(self.call, [texts[i : i + size] for i in range(0, len(texts), size)])
            return [reply for batch in batches for reply in batch]


def reviews():
    for i in range(ROWS):
        text = None if i % 13 == 0 else f"{FORMS[i % len(FORMS)]}{i % 50 if i % 3 else ''}"
        yield i, f"shop-{i % 7}", f"2026-{i % 12 + 1:02}-{i % 28 + 1:02}", text


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{proxy.server_port}/bigquery"

db = duckdb.connect()
db.execute("CREATE TABLE reviews (id INTEGER, shop VARCHAR, published DATE, text VARCHAR)")
db.executemany("INSERT INTO reviews VALUES (?, ?, ?, ?)", list(reviews()))
texts = [text for (text,) in db.execute("SELECT text FROM reviews ORDER BY id").fetchall()]
distinct = sorted({text for text in texts if text is not None})
expected = {None: None}
for start in range(0, len(distinct), 500):
    status, answer = post(url, json.dumps({"texts": distinct[start : start + 500], "details": True}).encode())
    scored = json.loads(answer)
    for text, score, detail in zip(distinct[start:], scored["scores"], scored["details"]):
        expected[text] = (score, detail["label"])

# ----------------------------------------------------------------------------------------- batches, as a query has them
scores = RemoteFunction(endpoint, 1000).batches(texts)
check(f"{ROWS} rows in batches of 1,000, NULL for NULL", scores == [expected[text] and expected[text][0] for text in texts])
labels = RemoteFunction(endpoint, 250, mode="label").batches(texts)
check(f"{ROWS} labels in batches of 250", labels == [expected[text] and expected[text][1] for text in texts])
explained = RemoteFunction(endpoint, 100, mode="explain").batches(texts[:600])
parsed = [None if reply is None else json.loads(reply) for reply in explained]
check("600 explanations as JSON text", [one and one["score"] for one in parsed] == scores[:600])
sums = [one["base"] + one["absent"] + one["held"] + sum(term["contribution"] for term in one["terms"]) - one["score"] for one in parsed if one]
check("the terms of each sum to its score", max(map(abs, sums)) < 1e-9, max(map(abs, sums)))

# ------------------------------------------------------------------------------------- the query by month and shop
db.execute("ALTER TABLE reviews ADD COLUMN stars DOUBLE")
db.executemany("UPDATE reviews SET stars = ? WHERE id = ?", [(score, i) for i, score in enumerate(scores) if score is not None][:2000])
query = """SELECT strftime(published, '%Y-%m'), shop, count(stars), avg(stars) FROM reviews WHERE id < 2000 GROUP BY 1, 2 ORDER BY 1, 2"""
rows = db.execute(query).fetchall()
groups = {}
for i, shop, published, text in list(reviews())[:2000]:
    groups.setdefault((published[:7], shop), []).extend([] if text is None else [expected[text][0]])
check(f"stars by month and shop, {len(rows)} groups", [(m, s, n, round(a, 9)) for m, s, n, a in rows] == sorted((m, s, len(g), round(sum(g) / len(g), 9)) for (m, s), g in groups.items()))

# ------------------------------------------------------- single calls, as in a conditional expression: one call a request
single = RemoteFunction(endpoint, 1)
db.create_function("hoshi_stars", lambda text: single.call([text])[0], [VARCHAR], DOUBLE, null_handling="special")
rows = db.execute("SELECT text, CASE WHEN id % 2 = 0 THEN hoshi_stars(text) END FROM reviews WHERE id < 200 ORDER BY id").fetchall()
check("single calls from SQL, NULL for NULL", [score for _, score in rows] == [(expected[text] and expected[text][0]) if i % 2 == 0 else None for i, (text, _) in enumerate(rows)])

# ---------------------------------------------------------------------------------------------------------------- errors
for what, function, texts, message in (
    ("another mode", RemoteFunction(endpoint, 1, mode="stars"), ["a"], '400: Expected "mode"'),
    ("too large a batch", RemoteFunction(endpoint, 1), ["良い" * 1000] * 1000, "413: "),
):
    try:
        function.call(texts)
        check(f"{what} is refused", False)
    except RuntimeError as error:
        check(f"{what} is refused, and not sent again", str(error).startswith(message), str(error))
        check("the message says what to do", "max_batching_rows" in str(error) or '"label"' in str(error), str(error))
check("the proxy refused and lost requests, and a repeat had the same answer", Proxy.counts["refused"] > 20 and Proxy.counts["lost"] > 20 and "different" not in Proxy.counts, Proxy.counts)
print(f"{passed} passed, 0 failed; {Proxy.counts['requests']} requests, {Proxy.counts['refused']} refused with 503, {Proxy.counts['lost']} answers lost")

"""Compares POST /bigquery with the handler that BigQuery DataFrames (bigframes) generates for a remote function.

    python test/clients/bigquery_peers.py http://localhost:8080

bigframes writes main.py as it would for Cloud Run functions, around a plain Python function, and functions-framework serves it here. Both
get the same bodies. Replies have to be equal; a wrong body has to get 400 and {"errorMessage": …} from both.
"""

import inspect
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from bigframes.functions import function_template, udf_def

url = sys.argv[1]
TEXTS = ["すごい！最高に興奮した！楽しい", "この映画は全くだめ、楽しくない。駄作", "", "普通です😀", '"引用" \\ \n改行', "長い。" * 500]
passed = 0


def check(what, condition, received=None):
    global passed
    if not condition:
        sys.exit(f"bigquery_peers.py: expected {what}: received {received!r}")
    passed += 1
    print(f"ok {passed} - {what}")


def post(target, body):
    request = urllib.request.Request(target, body if isinstance(body, bytes) else json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


_, scored = post(url, {"texts": TEXTS, "details": True})
SCORES = dict(zip(TEXTS, scored["scores"]))
LABELS = {text: detail["label"] for text, detail in zip(TEXTS, scored["details"])}


def function_of(results, returned):
    def stars(text: str):
        return None if text is None else results[text]

    stars.__annotations__["return"] = returned
    return stars


class Peer:
    """The generated handler behind functions-framework, in a process of its own."""

    def __init__(self, function):
        self.folder = tempfile.TemporaryDirectory()
        handler = function_template.generate_cloud_function_main_code(
            udf_def.CodeDef.from_func(function), self.folder.name, udf_signature=udf_def.UdfSignature.from_py_signature(inspect.signature(function))
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        program = os.path.join(os.path.dirname(sys.executable), "functions-framework")
        arguments = ["--target", handler, "--source", "main.py", "--host", "127.0.0.1", "--port", str(port)]
        self.process = subprocess.Popen([program, *arguments], cwd=self.folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("bigquery_peers.py: expected the generated handler to listen within 30 s")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def request(calls, **context):
    known = {"requestId": "124ab1c", "caller": "//bigquery.googleapis.com/projects/p/jobs/p:US.job", "sessionUser": "a@example.com"}
    return known | ({"userDefinedContext": context} if context else {}) | {"calls": calls}


batches = {
    "one call": [[TEXTS[0]]],
    "each text": [[text] for text in TEXTS],
    "only NULL": [[None]],
    "NULL between texts": [[TEXTS[0]], [None], [TEXTS[2]], [None]],
    "no call": [],
    "1,000 calls": [[TEXTS[i % 5]] if i % 7 else [None] for i in range(1000)],
    "copies": [[TEXTS[1]]] * 50,
}
for mode, results, returned in (("score", SCORES, float), ("label", LABELS, str)):
    peer = Peer(function_of(results, returned))
    try:
        for what, calls in batches.items():
            status, generated = post(peer.url, request(calls, mode=mode))
            check(f"{mode}: {what}: the generated handler answers 200", status == 200, generated)
            received = post(f"{url}/bigquery", request(calls, mode=mode))
            check(f"{mode}: {what}: hoshi answers alike", received == (200, generated), received)
        if mode == "score":
            for what, body in {
                "no calls": {"requestId": "1"},
                "calls that are null": {"calls": None},
                "a call that is no list": {"calls": [7]},
                "a number as the text": {"calls": [[7]]},
                "two arguments": {"calls": [["a", "b"]]},
                "a list as the body": [[]],
                "an empty body": b"",
                "JSON that is cut": b'{"calls": [["a"]',
            }.items():
                answers = [post(peer.url, body), post(f"{url}/bigquery", body)]
                check(f"{what}: 400 and errorMessage from both", all(status == 400 and list(error) == ["errorMessage"] for status, error in answers), answers)
            check("hoshi's message is shorter than 1 KB and has no traceback", len(answers[1][1]["errorMessage"].encode()) < 1024 and "Traceback" not in answers[1][1]["errorMessage"])
    finally:
        peer.stop()
print(f"{passed} passed, 0 failed")

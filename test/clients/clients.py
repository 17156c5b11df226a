"""Unmodified Python clients against a running server: it accepts their requests, and they understand its responses.

    python test/clients/clients.py http://localhost:8080

The clients are urllib, requests, tritonclient[http] (JSON and binary tensors) and the CloudEvents SDK (binary and
structured). Every score is compared with the score that `{"texts": …}` gives for the same text.
"""

import base64
import json
import sys
import urllib.request
from urllib.parse import quote, unquote

import numpy as np
import requests
import tritonclient.http as triton
from cloudevents.v1 import conversion
from cloudevents.v1.http import CloudEvent, from_http

url = sys.argv[1]


def percent_encoded(value):
    """As section 3.1.3.2 of the HTTP binding says. This SDK does not do it."""
    return quote(value, safe="!#$&'()*+,-./:;<=>?@[\\]^_`{|}~")


texts = ["すごい！最高に興奮した！楽しい", "この映画は全くだめ、楽しくない。駄作", "", "普通です😀"]


def expected(text):
    response = requests.post(f"{url}/api/1/users", json={"texts": text}, timeout=10)
    assert response.status_code == 200, response.text
    return response.json()["score"]


scores = [expected(text) for text in texts]
passed = 0


def check(what, condition, received=None):
    global passed
    if not condition:
        sys.exit(f"clients.py: expected {what}: received {received!r}")
    passed += 1
    print(f"ok {passed} - {what}")


# ------------------------------------------------------------------------------------------------ urllib and requests
request = urllib.request.Request(f"{url}/any/path", json.dumps({"texts": texts}).encode())
with urllib.request.urlopen(request, timeout=10) as response:  # a form type by default
    check("urllib with its default form type", json.load(response) == {"scores": scores})
with requests.Session() as session:
    for _ in range(3):
        check("requests on one connection", session.post(url, json={"texts": texts[0]}, timeout=10).json() == {"score": scores[0]})
chunked = requests.post(url, data=(part for part in [b'{"texts":', b' "\xe6\x99', b'\xae\xe9\x80\x9a"}']), timeout=10)
check("requests with chunks that are cut inside a character", chunked.status_code == 200, chunked.text)

many = requests.post(url, json={"texts": texts * 250, "details": True}, timeout=10).json()
check("requests with 1,000 texts", many["scores"] == scores * 250)
check("the details of each", [detail["label"] for detail in many["details"][:2]] == ["positive", "negative"], many["details"][:4])
check("… and null for a text without words", many["details"][2]["known"] is None, many["details"][2])
for encoding, name in (("cp932", "CP932"), ("euc_jp", "EUC-JP"), ("utf-16", "UTF-16LE"), ("utf-16-be", "UTF-16BE")):
    response = requests.post(url, data=json.dumps({"texts": texts[0]}, ensure_ascii=False).encode(encoding), timeout=10)
    check(f"the encoding {encoding} is told", f"iconv -f {name} -t UTF-8" in response.json()["detail"], response.text)
for what, form in (("urlencoded", {"data": {"texts": texts[0]}}), ("multipart", {"files": {"texts": (None, texts[0])}})):
    response = requests.post(url, timeout=10, **form)
    check(f"a form, {what}, is told", "looks like a form" in response.json()["detail"], response.text)
response = requests.post(url, data=repr({"texts": texts[0]}).encode(), timeout=10)
check("Python's repr in the place of JSON is told", "double quotes, not single ones" in response.json()["detail"], response.text)

# -------------------------------------------------------------------------------------------------------- KServe V1
response = requests.post(f"{url}/v1/models/stars:predict", json={"instances": texts}, timeout=10)
check("V1 predict", response.json() == {"predictions": scores}, response.text)
response = requests.post(f"{url}/v1/models/stars:predict", json={"instance": texts}, timeout=10)
check("V1: an error has the member error", 'Did you mean "instances"?' in response.json()["error"], response.text)

# -------------------------------------------------------------------------------------------------- MLServer's base64
tensor = {"name": "text", "datatype": "BYTES", "shape": [4], "parameters": {"content_type": "base64"}}
tensor["data"] = [base64.b64encode(text.encode()).decode() for text in texts]
response = requests.post(f"{url}/v2/models/stars/infer", json={"id": None, "inputs": [tensor], "outputs": None}, timeout=10)
check("V2: base64, and null for what is absent", response.json()["outputs"][0]["data"] == scores, response.text)

# ------------------------------------------------------------------------------------------------------ tritonclient
client = triton.InferenceServerClient(url.removeprefix("http://"))
check("triton: live", client.is_server_live())
check("triton: ready", client.is_server_ready())
check("triton: the model is ready", client.is_model_ready("stars"))
check("triton: another model is not ready", not client.is_model_ready("none"))
metadata = client.get_model_metadata("stars")
check("triton: metadata", metadata["inputs"][0]["datatype"] == "BYTES" and metadata["outputs"][0]["name"] == "score", metadata)
check("triton: server metadata", client.get_server_metadata()["name"] == "hoshi")
for shape in ([4], [4, 1], [2, 2]):
    for binary_in in (True, False):
        for binary_out in (True, False, None):
            value = np.array([text.encode() for text in texts], dtype=np.object_).reshape(shape)
            tensor = triton.InferInput("text", shape, "BYTES")
            tensor.set_data_from_numpy(value, binary_data=binary_in)
            outputs = None if binary_out is None else [triton.InferRequestedOutput("score", binary_data=binary_out)]
            result = client.infer("stars", [tensor], outputs=outputs, request_id="7")
            received = result.as_numpy("score")
            same = received.dtype == np.float64 and list(received.shape) == shape and received.ravel().tolist() == scores
            check(f"triton: {shape}, binary {binary_in} → {binary_out}", same, received)
            check("triton: the response has the request id", result.get_response()["id"] == "7", result.get_response())
for algorithm in ("gzip", "deflate"):
    for binary_in in (True, False):
        tensor = triton.InferInput("text", [4], "BYTES")
        tensor.set_data_from_numpy(np.array([text.encode() for text in texts], dtype=np.object_), binary_data=binary_in)
        result = client.infer("stars", [tensor], request_compression_algorithm=algorithm)
        received = result.as_numpy("score").tolist()
        check(f"triton: {algorithm}, binary {binary_in}", received == scores, received)
version = metadata["versions"][0]
tensor = triton.InferInput("text", [1], "BYTES")
tensor.set_data_from_numpy(np.array([texts[0].encode()], dtype=np.object_))
check("triton: infer by version", client.infer("stars", [tensor], model_version=version).as_numpy("score")[0] == scores[0])
try:
    client.infer("stars", [triton.InferInput("text", [1], "FP32").set_data_from_numpy(np.zeros(1, np.float32))])
    check("triton: another datatype is refused", False)
except triton.InferenceServerException as error:
    check("triton: another datatype is refused", "BYTES" in str(error), str(error))

# ------------------------------------------------------------------------------------------------------- CloudEvents
event = CloudEvent({"type": "com.example.review", "source": "/reviews", "subject": "7"}, {"texts": texts[0]})
for mode, make in (("binary", conversion.to_binary), ("structured", conversion.to_structured)):
    headers, body = make(event, data_marshaller=lambda data: json.dumps(data).encode()) if mode == "binary" else make(event)
    response = requests.post(f"{url}/events", headers=headers, data=body, timeout=10)
    received = from_http(dict(response.headers.lower_items()), response.content)
    check(f"CloudEvents, {mode}: the response is an event", received["type"] == "hoshi.score" and received["subject"] == "7", response.text)
    check(f"CloudEvents, {mode}: the score", received.data == {"score": scores[0]}, received.data)
    check(f"CloudEvents, {mode}: the response has the mode of the request", ("ce-id" in response.headers) == (mode == "binary"), dict(response.headers))
event = CloudEvent({"type": "com.example.review", "source": "/reviews", "subject": "口コミ 7%", "replyid": "r", "correlationid": "c"}, {"texts": texts[0]})
for mode, make in (("binary", conversion.to_binary), ("structured", conversion.to_structured)):
    headers, body = make(event, data_marshaller=lambda data: json.dumps(data).encode()) if mode == "binary" else make(event)
    headers = {name: percent_encoded(value) if mode == "binary" and name.startswith("ce-") else value for name, value in headers.items()}
    response = requests.post(url, headers=headers, data=body, timeout=10)
    received = from_http(dict(response.headers.lower_items()), response.content)
    answered = {name: unquote(received[name]) for name in ("subject", "replyid", "correlationid")}
    check(f"CloudEvents, {mode}: any subject, and the ids of a reply", answered == {"subject": "口コミ 7%", "replyid": "c", "correlationid": "r"}, answered)
response = requests.post(url, headers={"ce-id": "1", "ce-specversion": "1.0"}, data="{}", timeout=10)
check("CloudEvents: an event without a type is refused", response.status_code == 400, response.text)

print(f"{passed} passed, 0 failed")

"""Unmodified clients of gRPC and HTTP/2 against a running server.

    python test/clients/grpc_clients.py http://localhost:8080

The clients are tritonclient[grpc], grpcio with its health protocol, and httpx with HTTP/2. Every score is compared with
the score by HTTP/1.1.
"""

import sys

import grpc
import httpx
import numpy as np
import requests
import tritonclient.grpc as triton
from grpc_health.v1 import health_pb2, health_pb2_grpc

url = sys.argv[1]
address = url.removeprefix("http://")
texts = ["すごい！最高に興奮した！楽しい", "この映画は全くだめ、楽しくない。駄作", "", "普通です😀"]
scores = requests.post(url, json={"texts": texts}, timeout=10).json()["scores"]
passed = 0


def check(what, condition, received=None):
    global passed
    if not condition:
        sys.exit(f"grpc_clients.py: expected {what}: received {received!r}")
    passed += 1
    print(f"ok {passed} - {what}")


def refused(what, code, call):
    try:
        received = call()
    except triton.InferenceServerException as error:
        check(f"{what}: {code}", error.status() == f"StatusCode.{code}", error)
    else:
        check(f"{what}: {code}", False, received)


# ------------------------------------------------------------------------------------------------------ tritonclient
client = triton.InferenceServerClient(address)
check("triton: live", client.is_server_live())
check("triton: ready", client.is_server_ready())
check("triton: the model is ready", client.is_model_ready("stars"))
refused("triton: another model", "NOT_FOUND", lambda: client.is_model_ready("none"))
version = client.get_server_metadata().version
metadata = client.get_model_metadata("stars", version)
check("triton: the metadata of the model", list(metadata.versions) == [version] and metadata.inputs[0].name == "text", metadata)


def tensor_of(values, shape):
    tensor = triton.InferInput("text", shape, "BYTES")
    tensor.set_data_from_numpy(np.array([text.encode() for text in values], dtype=np.object_).reshape(shape))
    return tensor


for shape in ([4], [4, 1], [2, 2]):
    for outputs in (None, [triton.InferRequestedOutput("score")]):
        result = client.infer("stars", [tensor_of(texts, shape)], outputs=outputs, request_id="7")
        received = result.as_numpy("score")
        same = received.dtype == np.float64 and list(received.shape) == shape and received.ravel().tolist() == scores
        check(f"triton: {shape}, outputs {outputs is not None}", same, received)
        check("triton: the response has the request id", result.get_response().id == "7", result.get_response())
refused("triton: statistics, which hoshi does not have", "UNIMPLEMENTED", client.get_inference_statistics)
refused("triton: a compressed message", "UNIMPLEMENTED", lambda: client.infer("stars", [tensor_of(texts, [4])], compression_algorithm="gzip"))
refused("triton: a text of 2 MB", "RESOURCE_EXHAUSTED", lambda: client.infer("stars", [tensor_of(["x" * 2_000_000], [1])]))
refused("triton: another datatype", "INVALID_ARGUMENT", lambda: client.infer("stars", [triton.InferInput("text", [1], "FP32").set_data_from_numpy(np.zeros(1, np.float32))]))

# ------------------------------------------------------------------------------------------------------------- health
channel = grpc.insecure_channel(address)
health = health_pb2_grpc.HealthStub(channel)
SERVING = health_pb2.HealthCheckResponse.SERVING
for service in ("", "inference.GRPCInferenceService"):
    check(f"health: {service or 'the server'}", health.Check(health_pb2.HealthCheckRequest(service=service)).status == SERVING)
try:
    health.Check(health_pb2.HealthCheckRequest(service="none"))
    check("health: another service is not found", False)
except grpc.RpcError as error:
    check("health: another service is not found", error.code() == grpc.StatusCode.NOT_FOUND, error)
watch = health.Watch(health_pb2.HealthCheckRequest())
check("health: a watch tells the status", next(watch).status == SERVING)
watch.cancel()

# -------------------------------------------------------------------------------------------------------------- httpx
with httpx.Client(http1=False, http2=True, base_url=url) as session:
    for text, score in zip(texts, scores):
        response = session.post("/api/1/users", json={"texts": text})
        check("httpx by HTTP/2", response.http_version == "HTTP/2" and response.json() == {"score": score}, response.text)
    check("httpx: a problem document", session.get("/none").headers["content-type"] == "application/problem+json")

print(f"{passed} passed, 0 failed")

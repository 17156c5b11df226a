"""KServe's own Python client against a running server, by REST (V1 and V2) and by gRPC.

    python test/clients/kserve_clients.py http://localhost:8080
"""

import asyncio
import sys

import requests
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig

url = sys.argv[1]
texts = ["すごい！最高に興奮した！楽しい", "この映画は全くだめ、楽しくない。駄作", ""]
scores = requests.post(url, json={"texts": texts}, timeout=10).json()["scores"]


def request():
    tensor = InferInput(name="text", shape=[len(texts)], datatype="BYTES", data=texts)
    return InferRequest(model_name="stars", infer_inputs=[tensor], request_id="7")


def check(what, condition, received):
    if not condition:
        sys.exit(f"kserve_clients.py: expected {what}: received {received!r}")
    print(f"ok - {what}")


async def main():
    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    check("V1: ready", await v1.is_model_ready(url, model_name="stars"), False)
    response = await v1.infer(url, {"instances": texts}, model_name="stars")
    check("V1: predictions", response == {"predictions": scores}, response)
    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    check("V2: live", await v2.is_server_live(url), False)
    check("V2: ready", await v2.is_server_ready(url) and await v2.is_model_ready(url, model_name="stars"), False)
    response = await v2.infer(url, request(), model_name="stars")
    check("V2: scores", response.outputs[0].data == scores and response.id == "7", response)
    rpc = InferenceGRPCClient(url=url.removeprefix("http://"))
    check("gRPC: live and ready", await rpc.is_server_live() and await rpc.is_server_ready() and await rpc.is_model_ready("stars"), False)
    response = await rpc.infer(request())
    check("gRPC: scores", list(response.outputs[0].as_numpy()) == scores, response)


asyncio.run(main())

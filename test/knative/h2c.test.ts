/** service.yaml with the port name `h2c`: HTTP/2 and gRPC from a client to the pod, through the gateway. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Health, HealthCheckResponse_ServingStatus as Status } from '../../function/grpc/generated/health_pb.ts';
import { GRPCInferenceService } from '../../function/grpc/generated/open_inference_pb.ts';
import { hoshiService, Namespace } from './cluster.ts';
import { askScore, gatewayFor } from './gateway.ts';

const TEXT = 'すごい！最高に興奮した！楽しい';

describe('the port name h2c', () => {
  let space: Namespace;
  let host: string;
  let score: number;

  /** The gateway in the place of the host of a URL. */
  const createConnection = () => {
    const { hostname, port } = gatewayFor(host);
    return connectSocket(Number(port || 80), hostname);
  };

  before(async () => {
    space = await Namespace.make('h2c');
    const service = await hoshiService();
    const [container] = service.spec.template.spec.containers;
    container.ports = [{ name: 'h2c', containerPort: 8080 }];
    container.env = [{ name: 'HOSHI_LOG_SHARE', value: '1' }];
    await space.deploy(service);
    host = await space.hostOf('hoshi');
    ({ score } = JSON.parse((await askScore(host, TEXT)).body) as { score: number });
  });
  after(() => space?.remove());

  test('a client of HTTP/1.1 is answered; the gateway passes its request on by HTTP/2', async () => {
    assert.ok(score > 4);
    const [pod] = await space.alivePods('hoshi');
    const lines = await space.log(pod?.metadata.name ?? '', 'hoshi');
    assert.ok(lines.some(({ line }) => line.includes('POST /api/1/users 200') && line.includes('"HTTP/2.0"')));
  });

  test('HTTP/2 with prior knowledge', async () => {
    const session: ClientHttp2Session = connect(`http://${host}`, { createConnection });
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.end(JSON.stringify({ texts: TEXT }));
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    assert.equal(headers[':status'], 200);
    assert.deepEqual(JSON.parse(await readAll(stream)), { score });
    session.close();
  });

  test('gRPC: inference and health', async () => {
    const transport = createGrpcTransport({ baseUrl: `http://${host}`, nodeOptions: { createConnection } });
    const { outputs } = await createClient(GRPCInferenceService, transport).modelInfer({
      modelName: 'stars',
      inputs: [
        { name: 'text', datatype: 'BYTES', shape: [1n], contents: { bytesContents: [new TextEncoder().encode(TEXT)] } },
      ],
    });
    assert.deepEqual(outputs[0]?.contents?.fp64Contents, [score]);
    assert.equal((await createClient(Health, transport).check({})).status, Status.SERVING);
    await assert.rejects(
      createClient(GRPCInferenceService, transport).modelReady({ name: 'none' }),
      /not_found.*Expected the model stars/,
    );
  });
});

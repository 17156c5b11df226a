/**
 * Messages of Pub/Sub and events of Eventarc, in the forms that Google documents, and the sink of the answers. The fake
 * scorer gives a text its length, at most 5.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { cert, key } from '../../fixtures/certificate.ts';
import { fakeServer, functionsFramework, type Host, logged, start } from '../hosts.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const SUBSCRIPTION = 'projects/my-project/subscriptions/reviews-push';

/** A wrapped push as Pub/Sub sends it: it writes two members in both spellings. */
const wrapped = (data: string, attributes?: Record<string, string>, more: object = {}) => ({
  deliveryAttempt: 5,
  message: {
    ...(attributes === undefined ? {} : { attributes }),
    data: base64(data),
    messageId: '2070443601311540',
    message_id: '2070443601311540',
    publishTime: '2021-02-26T19:13:55.749Z',
    publish_time: '2021-02-26T19:13:55.749Z',
    ...more,
  },
  subscription: SUBSCRIPTION,
});

const unwrappedHeaders = {
  'x-goog-pubsub-subscription-name': SUBSCRIPTION,
  'x-goog-pubsub-message-id': '2070443601311540',
  'x-goog-pubsub-publish-time': '2021-02-26T19:13:55.749Z',
};

/** Eventarc's headers for a message of Pub/Sub in binary mode. */
const eventarcHeaders = {
  'content-type': 'application/json',
  'ce-id': '2070443601311540',
  'ce-specversion': '1.0',
  'ce-time': '2021-02-26T19:13:55.749Z',
  'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
  'ce-source': '//pubsub.googleapis.com/projects/my-project/topics/reviews',
};

const push = (
  host: Host,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/pubsub',
  signal: AbortSignal | null = null,
) =>
  fetch(host.url + path, {
    signal,
    method: 'POST',
    headers: typeof body === 'string' ? { 'Content-Type': 'application/octet-stream', ...headers } : headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function eventOf(response: Response): Promise<{ data: unknown; attributes: Record<string, string> }> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const attributes = [...response.headers].flatMap(([name, value]) =>
    name.startsWith('ce-') ? [[name.slice(3), value]] : [],
  );
  return { data: JSON.parse(text), attributes: Object.fromEntries(attributes) };
}

describe('messages, without a sink', () => {
  let host: Host;
  before(async () => {
    host = await start([fakeServer]);
  });
  after(() => host.stop());

  const taken: [what: string, body: unknown, data: unknown, headers?: Record<string, string>][] = [
    ['wrapped: JSON', wrapped('{"texts": "ab"}'), { score: 2 }],
    ['wrapped: JSON with a list', wrapped('{"texts": ["ab", ""]}'), { scores: [2, 0] }],
    [
      'wrapped: JSON with details',
      wrapped('{"texts": "ax", "details": true}'),
      { score: 2, details: { known: 0.5, label: 'neutral' } },
    ],
    ['wrapped: plain text', wrapped('星星星'), { score: 3 }],
    ['wrapped: a text that begins with a bracket', wrapped('[a]'), { score: 3 }],
    [
      'wrapped: a text that looks like JSON, by its attribute',
      wrapped('{}', { 'content-type': 'text/plain; charset=utf-8' }),
      { score: 2 },
    ],
    [
      'wrapped: JSON by its attribute',
      wrapped(' {"texts": "a"}', { 'Content-Type': 'application/json' }),
      { score: 1 },
    ],
    [
      'wrapped: another type says nothing',
      wrapped('{"texts": "a"}', { 'content-type': 'application/octet-stream' }),
      { score: 1 },
    ],
    ['wrapped, as small as it may be', { message: { data: base64('abcd') } }, { score: 4 }],
    ['unwrapped with metadata: plain text', '星星星', { score: 3 }, unwrappedHeaders],
    ['unwrapped with metadata: JSON', '{"texts": "ab"}', { score: 2 }, unwrappedHeaders],
    ['unwrapped: plain text', 'ab', { score: 2 }],
    [
      'unwrapped: JSON of the type application/json',
      '{"texts": ["ab", "c"]}',
      { scores: [2, 1] },
      { 'Content-Type': 'application/json' },
    ],
    ['unwrapped: plain text of the type application/json', '星', { score: 1 }, { 'Content-Type': 'application/json' }],
    [
      'unwrapped: plain text that looks like JSON',
      '{"texts": "ab"}',
      { score: 5 },
      { 'Content-Type': 'Text/Plain; charset=utf-8' },
    ],
    ['unwrapped: plain text that only begins like JSON', '{"星"}', { score: 5 }, { 'Content-Type': 'text/plain' }],
    ['unwrapped: JSON with a member "message" and texts', '{"texts": "ab", "message": {}}', { score: 2 }],
    [
      'Eventarc: JSON',
      { message: wrapped('{"texts": "ab"}').message, subscription: SUBSCRIPTION },
      { score: 2 },
      eventarcHeaders,
    ],
    ['Eventarc: plain text', wrapped('星'), { score: 1 }, eventarcHeaders],
  ];
  for (const [what, body, data, headers] of taken)
    test(`${what}: an event with the score`, async () => {
      const answer = await eventOf(await push(host, body, headers));
      assert.deepEqual(answer.data, data);
      assert.equal(answer.attributes.type, 'hoshi.score');
      assert.equal(answer.attributes.source, '/v1/models/fake');
    });

  test('the answer names the message, its subject and its ordering key; a repeat has the same id', async () => {
    const body = wrapped('ab', { subject: '口コミ 7' }, { orderingKey: 'shop-1' });
    const [first, second] = await Promise.all([push(host, body), push(host, body)]);
    const { id, time: _, ...attributes } = (await eventOf(first as Response)).attributes;
    assert.deepEqual(attributes, {
      specversion: '1.0',
      type: 'hoshi.score',
      source: '/v1/models/fake',
      causationid: '2070443601311540',
      subject: encodeURIComponent('口コミ 7'),
      partitionkey: 'shop-1',
    });
    assert.match(id ?? '', /^[\da-f]{32}$/);
    assert.equal((await eventOf(second as Response)).attributes.id, id);
  });

  test('wrapped and unwrapped, one message has one id; another message or subscription has another', async () => {
    const idOf = async (body: unknown, headers?: Record<string, string>) =>
      (await eventOf(await push(host, body, headers))).attributes.id;
    const ids = [
      await idOf(wrapped('ab')),
      await idOf(wrapped('ab', undefined, { messageId: '2' })),
      await idOf({ ...wrapped('ab'), subscription: 'projects/p/subscriptions/other' }),
      await idOf('ab'),
      await idOf('ab'),
    ];
    assert.equal(await idOf('ab', unwrappedHeaders), ids[0]);
    assert.equal(new Set(ids).size, ids.length, 'a message without an id is a new one each time');
  });

  test('an event has the same answer at each repeat, in both modes, and another one from another source', async () => {
    const attributes = { specversion: '1.0', id: '7', source: '/a', type: 'b' };
    const headers = { 'ce-specversion': '1.0', 'ce-id': '7', 'ce-source': '/a', 'ce-type': 'b' };
    const binary = async (more = {}) =>
      (await eventOf(await push(host, '{"texts": "ab"}', { ...headers, ...more }, '/'))).attributes.id;
    const structured = await push(
      host,
      { ...attributes, data: { texts: 'ab' } },
      { 'Content-Type': 'application/cloudevents+json' },
      '/',
    );
    const id = await binary();
    assert.equal(await binary(), id);
    assert.equal(((await structured.json()) as { id: string }).id, id);
    assert.notEqual(await binary({ 'ce-source': '/b' }), id);
    assert.notEqual(await binary({ 'ce-id': '8' }), id);
  });

  test('Eventarc, structured, at any path', async () => {
    const event = {
      specversion: '1.0',
      id: '1',
      type: eventarcHeaders['ce-type'],
      source: '//pubsub.googleapis.com/projects/p/topics/t',
    };
    for (const path of ['/', '/any', '/pubsub']) {
      const response = await push(
        host,
        { ...event, data: wrapped('abc') },
        { 'Content-Type': 'application/cloudevents+json' },
        path,
      );
      const answer = (await response.json()) as { data: unknown; causationid: string };
      assert.deepEqual([answer.data, answer.causationid], [{ score: 3 }, '1']);
    }
  });

  const refused: [what: string, body: unknown, detail: RegExp, pointer?: string, headers?: Record<string, string>][] = [
    ['an empty body', '', /^Expected a message of Pub\/Sub with data, received an empty body/, '#'],
    [
      'no data',
      { message: { attributes: { a: 'b' }, messageId: '1' }, subscription: 's' },
      /^Expected "data" of the message to be base64 of at least one byte, received none/,
      '#/message',
    ],
    ['empty data', { message: { data: '' } }, /received something else/, '#/message/data'],
    [
      'data that is not base64',
      { message: { data: 'a b' } },
      /^Expected "data" of the message to be base64/,
      '#/message/data',
    ],
    [
      'data that is not UTF-8',
      { message: { data: Buffer.from([0x82, 0xa0, 0x82, 0xa2]).toString('base64') } },
      /^Expected the body to be UTF-8/,
      '#/message/data',
    ],
    [
      'a message that is a list',
      { message: [], subscription: 's' },
      /^Expected "message" to be an object, received array/,
      '#/message',
    ],
    [
      'attributes that are a list',
      { message: { data: 'YQ==', attributes: [] } },
      /^Expected "attributes" to be an object/,
      '#/message/attributes',
    ],
    ['JSON that is cut', wrapped('{"texts": "a'), /^Expected the body to be JSON/, '#/message/data'],
    [
      'JSON without texts',
      wrapped('{"review": "a"}'),
      /^Expected "texts" in the body, received none\. Did you mean "texts"/,
      '#/message/data',
    ],
    [
      'a wrong text',
      wrapped('{"texts": ["a", 7]}'),
      /^Expected each of "texts" to be a string, received number/,
      '#/message/data',
    ],
    ['unwrapped JSON without texts', '{"review": "a"}', /^Expected "texts"/, '#'],
    [
      'Eventarc: a wrong text',
      wrapped('{"texts": 7}'),
      /^Expected "texts" to be a string/,
      '#/message/data',
      eventarcHeaders,
    ],
    [
      'Eventarc: no message',
      { a: 1 },
      /^Expected "message" to be an object, received none/,
      '#/message',
      eventarcHeaders,
    ],
    [
      'Eventarc: another event of Google',
      { bucket: 'b', name: 'n' },
      /^Expected "texts"/,
      '#',
      { ...eventarcHeaders, 'ce-type': 'google.cloud.storage.object.v1.finalized' },
    ],
  ];
  for (const [what, body, detail, pointer, headers] of refused)
    test(`${what}: 400, as no retry can mend it`, async () => {
      const response = await push(host, body, headers);
      const problem = (await response.json()) as { detail: string; pointer?: string };
      assert.equal(response.status, 400, JSON.stringify(problem));
      assert.match(problem.detail, detail);
      assert.equal(problem.pointer, pointer);
    });

  test('names that hold a lone surrogate, or empty headers: the message is answered', async () => {
    const body = '{"message":{"data":"YWI=","messageId":"\\ud800","orderingKey":"\\udfff"},"subscription":"s\\ud800"}';
    const { data, attributes } = await eventOf(await push(host, body));
    assert.deepEqual(data, { score: 2 });
    assert.equal(attributes.causationid, '%EF%BF%BD');
    const empty = Object.fromEntries(Object.keys(unwrappedHeaders).map((name) => [name, '']));
    const answer = await eventOf(await push(host, 'ab', { ...empty, subject: '', 'x-goog-pubsub-ordering-key': '' }));
    assert.deepEqual(answer.data, { score: 2 });
    assert.deepEqual([answer.attributes.subject, answer.attributes.partitionkey], [undefined, undefined]);
  });

  test('names that are too long for the headers of the answer: 400', async () => {
    const long = 'x'.repeat(20_000);
    for (const body of [
      wrapped('ab', undefined, { messageId: long }),
      wrapped('ab', { subject: long }),
      wrapped('ab', undefined, { orderingKey: '星'.repeat(2000) }),
      { ...wrapped('ab'), subscription: long },
    ]) {
      const response = await push(host, body);
      assert.equal(response.status, 400);
      assert.doesNotMatch(await response.text(), /xxx/);
    }
  });

  test('a push to another path is told where it belongs', async () => {
    const response = await push(host, wrapped('a'), {}, '/');
    assert.equal(response.status, 400);
    const { detail } = (await response.json()) as { detail: string };
    assert.match(detail, /looks like a message of a push subscription of Pub\/Sub\. POST it to \/pubsub$/);
  });

  test('GET is refused, and names POST', async () => {
    const response = await fetch(`${host.url}/pubsub`);
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  });
});

interface Delivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A sink that keeps what it gets, and answers as the test says. */
class FakeSink {
  readonly deliveries: Delivery[] = [];
  /** By the number of the delivery, from 0. 'reset' breaks the connection, 'wait' never answers. */
  answer: (delivery: number) => number | 'reset' | 'wait' = () => 202;
  readonly #server: Server;

  constructor(tls?: { key: string; cert: string }) {
    const handle = async (
      request: import('node:http').IncomingMessage,
      response: import('node:http').ServerResponse,
    ) => {
      const body = JSON.parse(await readAll(request));
      const status = this.answer(this.deliveries.length);
      this.deliveries.push({ path: request.url ?? '', headers: request.headers, body });
      if (status === 'reset') request.socket.destroy();
      else if (status !== 'wait') response.writeHead(status, status === 503 ? { 'Retry-After': '7' } : {}).end('taken');
    };
    this.#server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }
}

/** Answers the first request of each connection with these bytes. */
async function rawSink(answer: string | (() => Iterable<string>)) {
  const server = createNetServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (typeof answer === 'string') socket.write(answer);
      else
        Readable.from(answer())
          .on('error', () => {})
          .pipe(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('sinks that misbehave', () => {
  const head = 'HTTP/1.1 202 Accepted\r\n';
  const endless = function* () {
    yield `${head}Transfer-Encoding: chunked\r\n\r\n`;
    for (;;) yield `10000\r\n${'x'.repeat(1 << 16)}\r\n`;
  };
  const answers: [what: string, answer: string | (() => Iterable<string>), status: number][] = [
    ['upgrades the connection', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 502],
    ['takes the event and sends an endless body', endless, 204],
    ['takes the event and sends nothing of its body', `${head}Content-Length: 9\r\n\r\n`, 204],
    ['speaks another protocol', 'SSH-2.0-x\r\n', 502],
    ['sends only the first line', 'HTTP/1.1 202', 504],
    ['redirects', 'HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n', 502],
  ];
  for (const [what, answer, status] of answers)
    test(`a sink that ${what}: ${status}`, async () => {
      const { server, port } = await rawSink(answer);
      const host = await start([fakeServer], { K_SINK: `http://127.0.0.1:${port}/`, HOSHI_SINK_TIMEOUT_MS: '2000' });
      try {
        const response = await push(host, wrapped('ab'), {}, '/pubsub', AbortSignal.timeout(10_000));
        assert.equal(response.status, status, await response.text());
      } finally {
        await host.stop();
        server.close();
      }
    });
});

test('attributes of a structured event that would be too long as headers: 400, and the sink gets nothing', async (context) => {
  const sink = new FakeSink();
  const host = await start([fakeServer], { K_SINK: `http://127.0.0.1:${await sink.listen()}/` });
  context.after(() => host.stop().finally(() => sink.close()));
  for (const attributes of [{ id: 'x'.repeat(20_000) }, { subject: '星'.repeat(2000) }]) {
    const event = { specversion: '1.0', id: '7', source: '/a', type: 'b', data: { texts: 'abc' }, ...attributes };
    const response = await push(host, event, { 'Content-Type': 'application/cloudevents+json' }, '/');
    assert.equal(response.status, 400, await response.text());
  }
  assert.equal(sink.deliveries.length, 0);
});

describe('with a sink', () => {
  const sink = new FakeSink();
  let host: Host;
  let port: number;
  before(async () => {
    port = await sink.listen();
    host = await start([fakeServer], {
      K_SINK: `http://127.0.0.1:${port}/default/reviews`,
      K_CE_OVERRIDES: '{"extensions":{"team":"reviews"}}',
      HOSHI_SINK_TIMEOUT_MS: '300',
    });
  });
  after(async () => {
    await host.stop();
    sink.close();
  });
  const deliver = async (answer: FakeSink['answer'], body: unknown = wrapped('ab')) => {
    sink.answer = answer;
    sink.deliveries.length = 0;
    const response = await push(host, body);
    return { status: response.status, text: await response.text(), retryAfter: response.headers.get('retry-after') };
  };

  test('the answer goes to the sink as an event with the extensions; the response is an empty 204', async () => {
    const { status, text } = await deliver(() => 202);
    assert.deepEqual([status, text], [204, '']);
    const [delivery] = sink.deliveries;
    assert.equal(sink.deliveries.length, 1);
    assert.equal(delivery?.path, '/default/reviews');
    assert.deepEqual(delivery.body, { score: 2 });
    const { 'ce-team': team, 'ce-type': type, 'ce-causationid': cause, 'content-type': media } = delivery.headers;
    assert.deepEqual([team, type, cause], ['reviews', 'hoshi.score', '2070443601311540']);
    assert.match(media ?? '', /^application\/json/);
  });

  test('a CloudEvent to any path goes there, too, in binary mode; its id does not change at a repeat', async () => {
    sink.answer = () => 200;
    sink.deliveries.length = 0;
    const event = { specversion: '1.0', id: '7', source: '/a', type: 'b', subject: '口コミ', data: { texts: 'abc' } };
    for (const _ of [1, 2]) {
      const response = await push(host, event, { 'Content-Type': 'application/cloudevents+json' }, '/x');
      assert.deepEqual([response.status, await response.text()], [204, '']);
    }
    const [first, second] = sink.deliveries;
    assert.deepEqual(first?.body, { score: 3 });
    assert.equal(first.headers['ce-subject'], encodeURIComponent('口コミ'));
    assert.equal(first.headers['ce-id'], second?.headers['ce-id']);
  });

  test('other requests are answered as ever', async () => {
    sink.deliveries.length = 0;
    const response = await push(host, { texts: 'abc' }, {}, '/');
    assert.deepEqual(await response.json(), { score: 3 });
    assert.equal(sink.deliveries.length, 0);
  });

  test('a wrong message is refused before the sink gets anything', async () => {
    const { status } = await deliver(() => 202, wrapped('{}'));
    assert.deepEqual([status, sink.deliveries.length], [400, 0]);
  });

  for (const [answer, status] of [
    [500, 502],
    [400, 502],
    [302, 502],
    [429, 503],
    [503, 503],
  ] as const)
    test(`the sink answers ${answer}: ${status}, and the sender sends again`, async () => {
      const result = await deliver(() => answer);
      assert.equal(result.status, status, result.text);
      assert.match(
        result.text,
        new RegExp(`Expected the sink \\(K_SINK\\) to take the event, received status ${answer}`),
      );
      assert.doesNotMatch(result.text, /127\.0\.0\.1|default/, 'the address of the sink is not told');
      assert.equal(result.retryAfter, status === 502 ? null : answer === 503 ? '7' : '1');
    });

  test('the sink does not answer in time: 504', async () => {
    const { status, text } = await deliver(() => 'wait');
    assert.equal(status, 504);
    assert.match(text, /within 300 ms, received nothing\. HOSHI_SINK_TIMEOUT_MS sets this limit/);
  });

  test('the sink breaks a new connection: 502. A connection that it kept is tried once more', async () => {
    await deliver(() => 202);
    sink.closeIdle();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await deliver(() => 202)).status, 204, 'after the sink has closed an idle connection');
    assert.equal((await deliver((delivery) => (delivery === 0 ? 'reset' : 202))).status, 204);
    assert.equal(sink.deliveries.length, 2);
    const { status, text } = await deliver(() => 'reset');
    assert.equal(status, 502);
    assert.match(text, /Expected a connection to the sink \(K_SINK\), received ECONNRESET/);
  });
});

test('300 messages at once: none is lost', async () => {
  const sink = new FakeSink();
  const port = await sink.listen();
  const host = await start([fakeServer], { K_SINK: `http://127.0.0.1:${port}/`, HOSHI_SINK_TIMEOUT_MS: '60000' });
  const responses = await Promise.all(
    Array.from({ length: 300 }, (_, i) => push(host, wrapped('ab', undefined, { messageId: String(i) }))),
  );
  for (const { status } of responses) assert.equal(status, 204);
  assert.equal(new Set(sink.deliveries.map(({ headers }) => headers['ce-causationid'])).size, 300);
  assert.equal(sink.deliveries.length, 300);
  await host.stop();
  sink.close();
});

test('SIGTERM waits for the sink', async () => {
  const sink = new FakeSink();
  const port = await sink.listen();
  const host = await start([fakeServer], { K_SINK: `http://127.0.0.1:${port}/`, FAKE_SLOW_MS: '300' });
  const waiting = push(host, wrapped(JSON.stringify({ texts: `slow${' '.repeat(20_000)}` })));
  await logged(host, 'slow begins');
  host.child.kill('SIGTERM');
  assert.equal((await waiting).status, 204);
  assert.equal(sink.deliveries.length, 1);
  assert.equal(await host.ended(), 0);
  sink.close();
});

test('a sink by https is trusted with K_CA_CERTS, and not without', async () => {
  const sink = new FakeSink({ key, cert });
  const port = await sink.listen();
  for (const [certificates, status] of [
    [cert, 204],
    ['', 502],
  ] as const) {
    const host = await start([fakeServer], { K_SINK: `https://localhost:${port}/`, K_CA_CERTS: certificates });
    const response = await push(host, wrapped('ab'));
    assert.equal(response.status, status, await response.text());
    await host.stop();
  }
  assert.equal(sink.deliveries.length, 1);
  sink.close();
});

test('a sink that is not there: 502; K_SINK that is no URL ends the start', async () => {
  const host = await start([fakeServer], { K_SINK: 'http://127.0.0.1:1/' });
  const response = await push(host, wrapped('ab'));
  assert.equal(response.status, 502);
  assert.match(await response.text(), /received ECONNREFUSED/);
  await host.stop();
  await assert.rejects(start([fakeServer], { K_SINK: 'broker' }), /Expected K_SINK to be a URL of http or https/);
});

test('under functions-framework, a push is answered alike', async () => {
  const host = await start(functionsFramework);
  for (const body of [wrapped('{"texts": ["", ""]}'), wrapped('星')]) {
    const response = await push(host, body, { 'Content-Type': 'application/json' });
    const answer = await eventOf(response);
    assert.equal(answer.attributes.causationid, '2070443601311540');
  }
  await host.stop();
});

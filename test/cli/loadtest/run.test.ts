/** Load tests against small servers. The text of a request selects the behaviour of the server. */
import assert from 'node:assert/strict';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { freePort } from '../../../bench/servers.ts';
import { type LoadOptions, runClosedLoop, runOpenLoop } from '../../../cli/loadtest/run.ts';
import { targetOf } from '../../../cli/loadtest/target.ts';
import { cert, key } from '../../fixtures/certificate.ts';
import { serveSmall } from '../../fixtures/small-server.ts';

type Respond = (text: string, response: ServerResponse) => void;

/** Starts a server that ends with the test. Returns its port. */
function serve(t: TestContext, respond: Respond, make?: (listener: RequestListener) => Server) {
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => respond(body === '' ? '' : JSON.parse(body).texts, response));
  };
  return serveSmall(t, listener, make);
}

function optionsFor(port: number, texts: readonly string[], more: Partial<LoadOptions> = {}): LoadOptions {
  const target = targetOf({ url: `http://127.0.0.1:${port}` }, texts);
  return { target, texts, isChecked: true, connections: 50, timeoutMs: 10_000, ...more };
}

const good: Respond = (_, response) => response.end('{"score":4}');

describe('an open loop', () => {
  test('keeps its rate while the server stalls for 500 ms, and latency counts from the time when a request was due', async (t) => {
    const arrivals: number[] = [];
    const { port } = await serve(t, (_, response) => {
      const now = performance.now();
      arrivals.push(now);
      const stalled = (arrivals[0] as number) + 500 - now;
      if (stalled > 0) setTimeout(() => response.end('{"score":4}'), stalled);
      else response.end('{"score":4}');
    });
    const { offered, accepted, latency } = await runOpenLoop(optionsFor(port, ['a'], { connections: 200 }), {
      rate: 200,
      durationMs: 1000,
    });
    assert.deepEqual([offered, accepted, arrivals.length], [200, 200, 200]);
    // Half of the requests fall into the stall and wait for its end: 500, 495, 490 … ms. A closed loop would meet the
    // stall once.
    assert.ok((latency.accepted?.p90Ms ?? 0) > 350, `p90 ${latency.accepted?.p90Ms}`);
  });

  test('counts from the due time even if there is only one connection', async (t) => {
    let first = true;
    const { port } = await serve(t, (_, response) => {
      setTimeout(() => response.end('{"score":4}'), first ? 500 : 0);
      first = false;
    });
    const figures = await runOpenLoop(optionsFor(port, ['a'], { connections: 1 }), { rate: 20, durationMs: 600 });
    assert.equal(figures.accepted, 12); // few enough to be sent within the grace period even if each takes 100 ms
    assert.ok(figures.late >= 5, `${figures.late} had to wait`);
    assert.ok((figures.latency.accepted?.p50Ms ?? 0) > 150, `p50 ${figures.latency.accepted?.p50Ms}`);
    assert.equal(figures.connectionsOpened, 1);
  });

  test('a request without a connection in time is unsent; one without a response is a time-out', async (t) => {
    const { port } = await serve(t, () => {}); // never responds
    const figures = await runOpenLoop(optionsFor(port, ['a'], { connections: 2, timeoutMs: 300 }), {
      rate: 100,
      durationMs: 100,
    });
    const { offered, accepted, unsent, errors } = figures;
    assert.equal(offered, 10);
    assert.equal(accepted, 0);
    assert.deepEqual(Object.keys(errors), ['time-out']);
    assert.ok(unsent >= 1 && (errors['time-out'] as number) >= 2);
    assert.equal(unsent + (errors['time-out'] as number), 10);
  });

  test('accepted and refused responses have separate latencies', async (t) => {
    const { port } = await serve(t, (text, response) => {
      if (text === 'shed') response.writeHead(503, { 'Retry-After': '1' }).end();
      else setTimeout(() => response.end('{"score":4}'), 200);
    });
    const { accepted, refused, errors, latency } = await runOpenLoop(optionsFor(port, ['a', 'shed']), {
      rate: 50,
      durationMs: 200,
    });
    assert.deepEqual([accepted, refused, errors], [5, 5, {}]);
    assert.deepEqual([latency.accepted?.count, latency.refused?.count], [5, 5]);
    assert.ok((latency.accepted?.p50Ms ?? 0) > 190);
  });

  test('an interrupted run returns the figures so far', async (t) => {
    const stopping = new AbortController();
    let count = 0;
    const met = new Set<Socket | null>();
    const { port } = await serve(t, (text, response) => {
      count++;
      const isResponseRead = met.has(response.socket); // the client has read the last response on this connection
      met.add(response.socket);
      if (count < 20) good(text, response);
      else if (isResponseRead) stopping.abort();
      // and never responds
    });
    const figures = await runOpenLoop(optionsFor(port, ['a'], { signal: stopping.signal }), {
      rate: 500,
      durationMs: 600_000,
    });
    // The last responses may still be in flight. The first one was read.
    assert.ok(figures.accepted >= 1 && figures.accepted <= 19, `${figures.accepted}`);
    assert.ok(figures.unfinished >= 1);
    assert.equal(figures.offered, figures.accepted + figures.unfinished);
  });
});

describe('a closed loop', () => {
  test('rounds: every text is sent once in each round, by all workers at the same time', async (t) => {
    const seen = new Map<string, number>();
    let [now, most] = [0, 0];
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const { port, connections } = await serve(t, async (text, response) => {
      seen.set(text, (seen.get(text) ?? 0) + 1);
      most = Math.max(most, ++now);
      if (now === 2) meet();
      await met; // no response before both workers have sent a request
      setImmediate(() => {
        now--;
        response.end(`{"score":${text}}`);
      });
    });
    const texts = ['1', '2', '3', '4', '5'];
    const figures = await runClosedLoop(optionsFor(port, texts), { workers: 2, rounds: 3, round: { requests: 5 } });
    assert.deepEqual(Object.fromEntries(seen), { 1: 3, 2: 3, 3: 3, 4: 3, 5: 3 });
    assert.deepEqual([figures.accepted, figures.offered, figures.rounds.length], [15, 15, 3]);
    assert.deepEqual([most, connections(), figures.connectionsOpened, figures.late], [2, 2, 2, 0]);
    assert.equal(figures.lag, undefined);
  });

  test('a round may have a duration', async (t) => {
    const { port } = await serve(t, good);
    const { accepted, seconds, timeline } = await runClosedLoop(optionsFor(port, ['a']), {
      workers: 3,
      rounds: 1,
      round: { durationMs: 1000 },
    });
    assert.ok(accepted > 3 && seconds >= 1, `${accepted} accepted within ${seconds} s`);
    assert.equal(
      timeline.reduce((sum, second) => sum + second.accepted, 0),
      accepted,
    );
  });
});

describe('the outcome of a request', () => {
  const actions: Record<string, Respond> = {
    good,
    'status 500': (_, response) => response.writeHead(500).end('{"score":4}'),
    'not json': (_, response) => response.end('Hello'),
    'a hundred stars': (_, response) => response.end('{"score":100}'),
    'endless stars': (_, response) => response.end('{"score":1e999}'),
    'no http': (_, response) => response.socket?.end('nonsense\r\n\r\n'),
    reset: (_, response) => response.socket?.resetAndDestroy(),
    'closed before': (_, response) => response.socket?.end(),
    'closed within': (_, response) => {
      response.writeHead(200, { 'Content-Length': 11 }).write('{"sco');
      setTimeout(() => response.socket?.end(), 20);
    },
    'closed within a chunk': (_, response) => {
      response.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sc');
    },
    'in chunks': (_, response) => {
      response.write('{"sco');
      setTimeout(() => response.end('re":4}'), 20);
    },
    'until the end': (_, response) => response.socket?.end('HTTP/1.1 200 OK\r\n\r\n{"score":4}'),
    silent: () => {},
  };
  const expected: [text: keyof typeof actions, ends: Readonly<Record<string, number>>][] = [
    ['good', {}],
    ['in chunks', {}],
    ['until the end', {}],
    ['status 500', { 'status 500': 2 }],
    ['not json', { 'malformed answer': 2 }],
    ['a hundred stars', {}],
    ['endless stars', { 'malformed answer': 2 }],
    ['no http', { 'malformed answer': 2 }],
    ['reset', { 'connection reset': 2 }],
    ['closed before', { 'closed early': 2 }],
    ['closed within', { 'closed early': 2 }],
    ['closed within a chunk', { 'closed early': 2 }],
    ['silent', { 'time-out': 2 }],
  ];
  for (const [text, ends] of expected) {
    test(text, async (t) => {
      let requests = 0;
      const { port } = await serve(t, (received, response) => {
        requests++;
        actions[received]?.(received, response);
      });
      const timeoutMs = text === 'silent' ? 1000 : 10_000; // long enough to send it
      const { accepted, errors } = await runClosedLoop(optionsFor(port, [text], { timeoutMs }), {
        workers: 1,
        rounds: 1,
        round: { requests: 2 },
      });
      assert.deepEqual(errors, ends);
      assert.equal(accepted, Object.keys(ends).length === 0 ? 2 : 0);
      assert.equal(requests, 2, 'a request that was sent is not sent again');
    });
  }

  test('another score for the same text', async (t) => {
    let count = 0;
    const { port } = await serve(t, (_, response) => response.end(`{"score":${++count === 3 ? 3 : 4}}`));
    const { accepted, errors } = await runClosedLoop(optionsFor(port, ['a']), {
      workers: 1,
      rounds: 1,
      round: { requests: 5 },
    });
    assert.deepEqual([accepted, errors], [4, { 'wrong answer': 1 }]);
  });

  test('no server listens', async () => {
    const { offered, accepted, errors, connectionsOpened } = await runOpenLoop(optionsFor(await freePort(), ['a']), {
      rate: 100,
      durationMs: 100,
    });
    assert.deepEqual([offered, accepted, errors, connectionsOpened], [10, 0, { 'connection refused': 10 }, 0]);
  });
});

describe('connections', () => {
  const five = { workers: 1, rounds: 1, round: { requests: 5 } };

  test('one connection serves all requests', async (t) => {
    const { port, connections } = await serve(t, good);
    assert.equal((await runClosedLoop(optionsFor(port, ['a']), five)).accepted, 5);
    assert.equal(connections(), 1);
  });

  test('a connection that the response closes is not used again', async (t) => {
    const { port, connections } = await serve(t, (text, response) =>
      good(text, response.setHeader('Connection', 'close')),
    );
    assert.equal((await runClosedLoop(optionsFor(port, ['a']), five)).accepted, 5);
    assert.equal(connections(), 5);
  });

  test('TLS: a certificate that cannot be verified is refused, unless it is allowed', async (t) => {
    const { port } = await serve(t, good, (listener) => createSecureServer({ cert, key }, listener));
    const run = (isInsecure: boolean) => {
      const target = targetOf({ url: `https://localhost:${port}`, isInsecure }, ['a']);
      return runClosedLoop({ ...optionsFor(port, ['a']), target }, five);
    };
    const [refused, accepted] = [await run(false), await run(true)];
    assert.deepEqual(refused.errors, { DEPTH_ZERO_SELF_SIGNED_CERT: 5 });
    assert.deepEqual([accepted.accepted, accepted.connectionsOpened], [5, 1]);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerName, targetOf, urlOf } from '../../../cli/loadtest/target.ts';

test('a request, byte for byte; Content-Length counts bytes', () => {
  const { name, host, port, isSecure, requests } = targetOf({ url: urlOf('localhost:8080') }, ['良い']);
  assert.deepEqual([name, host, port, isSecure], ['http://localhost:8080/api/1/users', 'localhost', 8080, false]);
  assert.equal(
    String(requests[0]),
    [
      'POST /api/1/users HTTP/1.1',
      'Host: localhost:8080',
      'Content-Type: application/json',
      'Content-Length: 18',
      '',
      '{"texts":"良い"}',
    ].join('\r\n'),
  );
});

test('the path comes from the option, or from the URL, or is that of the replaced server', () => {
  const nameOf = (url: string, more: object = {}) => targetOf({ url, ...more }, ['a']).name;
  assert.equal(nameOf('https://a.example/'), 'https://a.example/api/1/users');
  assert.equal(nameOf('https://a.example/b?c=d'), 'https://a.example/b?c=d');
  assert.equal(nameOf('https://a.example/b', { path: '/e' }), 'https://a.example/e');
  assert.equal(nameOf('https://a.example', { method: 'GET' }), 'https://a.example/');
  assert.throws(
    () => nameOf('https://a.example', { path: 'e f' }),
    /Expected a path that starts with \/ and has no spaces, received "e f"/,
  );
});

test('default ports, and addresses', () => {
  const of = (url: string) => {
    const { host, port } = targetOf({ url }, ['a']);
    return [host, port];
  };
  assert.deepEqual(of('http://a.example'), ['a.example', 80]);
  assert.deepEqual(of('https://a.example'), ['a.example', 443]);
  assert.deepEqual(of('http://[::1]:8080'), ['::1', 8080]);
});

test('given headers replace default headers; GET has no body', () => {
  const headers = ['content-type: text/plain', 'Authorization: Bearer x'];
  const [post] = targetOf({ url: 'http://a', headers }, ['a']).requests;
  assert.match(
    String(post),
    /^POST \S+ HTTP\/1\.1\r\nHost: a\r\ncontent-type: text\/plain\r\nAuthorization: Bearer x\r\nC/,
  );
  const [get] = targetOf({ url: 'http://a/b', method: 'GET', headers: ['Host: c'] }, ['a']).requests;
  assert.equal(String(get), 'GET /b HTTP/1.1\r\nHost: c\r\n\r\n');
});

test('malformed URLs and headers are refused', () => {
  for (const url of ['ftp://a', 'http://', 'a:b:c'])
    assert.throws(() => urlOf(url), /^Error: Expected a URL such as http:\/\/localhost:8080, received "/);
  for (const header of ['', 'a', ': a', 'a b: c', 'a: b\r\nc: d'])
    assert.throws(() => headerName(header), /Expected a header/);
  assert.throws(() => headerName('Content-Length: 1'), /Expected no header that sets the length of the body/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizedPath, pathOf, queryOf } from '../../function/target.ts';

const targets: [target: string, path: string, query: string][] = [
  ['/a?b=c', '/a', 'b=c'],
  ['/a#b?c', '/a', ''],
  ['/a?b#c?d', '/a', 'b'],
  ['http://a', '/', ''],
  ['HTTPS://u:p@a:80/b/c?d', '/b/c', 'd'],
  ['http://a?q=/livez', '/', 'q=/livez'],
  ['http://a#/livez', '/', ''],
  ['//a/b', '//a/b', ''],
  ['*', '*', ''],
  ['', '', ''],
];
for (const [target, path, query] of targets) {
  test(`the target ${target} has the path ${path} and the query ${query}`, () => {
    assert.deepEqual([pathOf(target), queryOf(target)], [path, query]);
  });
}

const paths: [what: string, path: string, normalized: string][] = [
  ['a plain path', '/v1/models/a:predict', '/v1/models/a:predict'],
  ['a slash at the end', '/v1/models/', '/v1/models'],
  ['the root', '/', '/'],
  ['several slashes', '//v1///models//', '/v1/models'],
  ['slashes only', '////', '/'],
  ['dot segments', '/v1/./x/../models/.', '/v1/models'],
  ['dot segments above the root', '/../../livez', '/livez'],
  ['encoded dot segments', '/v1/%2e%2E/%2e/livez', '/livez'],
  ['dots in a segment', '/v1/models/...', '/v1/models/...'],
  ['encoded letters, digits and marks', '/%76%31/%6D%6f%64els/%7e%2d%5F', '/v1/models/~-_'],
  ['an encoded slash stays a character of its segment', '/v1%2Fmodels', '/v1%2Fmodels'],
  ['an encoded percent sign is decoded only once', '/%2576', '/%2576'],
  ['other escapes', '/%E3%81%82%3a%20', '/%E3%81%82%3a%20'],
  ['a broken escape: nothing is decoded', '/%%37%36/%76', '/%%37%36/%76'],
  ['a broken escape at the end', '/%76/%7', '/%76/%7'],
  ['no path', '*', '*'],
];
for (const [what, path, normalized] of paths) {
  test(`${what}: ${path}`, () => {
    assert.equal(normalizedPath(path), normalized);
    assert.equal(normalizedPath(normalized), normalized, 'once is enough');
  });
}

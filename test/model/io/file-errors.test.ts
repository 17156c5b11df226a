import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { test } from 'node:test';
import { FileError, readError, writeError } from '../../../model/io/file-errors.ts';

const failed = (code: string) =>
  Object.assign(new Error(`${code}: failed, write`), {
    code,
    errno: -Number((constants.errno as Readonly<Record<string, number>>)[code]),
    syscall: 'write',
  });
const messageOf = (error: unknown) => (error instanceof FileError ? error.message : assert.fail(String(error)));

test('a file that cannot be written: the file, the reason with its name, and what to do', () => {
  const messages = {
    ENOSPC: 'no space is left (ENOSPC). Free some space, or choose another place',
    EDQUOT: 'the disk quota is used up (EDQUOT). Delete some files, or choose another place',
    EFBIG: 'the file is larger than allowed (EFBIG). Raise the limit (ulimit -f), or choose another place',
    EROFS: 'the file system is read-only (EROFS). Please choose another place',
    EACCES: 'permission denied (EACCES). Change the permissions, or choose another place',
    EIO: 'the disk reports an error (EIO). Check the disk, or choose another place',
    ENOTDIR: 'a part of the path is not a folder (ENOTDIR). Please choose another place',
  };
  for (const [code, message] of Object.entries(messages)) {
    assert.equal(messageOf(writeError('mine/model.txt', failed(code))), `cannot write mine/model.txt: ${message}`);
    assert.equal((writeError('x', failed(code)) as FileError).code, code);
  }
});

test('Node has no name for EDQUOT, but the message has', () => {
  for (const code of ['Unknown system error -122', 'UNKNOWN']) {
    const nameless = Object.assign(failed('EDQUOT'), { code });
    assert.match(messageOf(writeError('x', nameless)), /^cannot write x: the disk quota is used up \(EDQUOT\)\. /);
  }
});

test('a file that cannot be read: nothing tells to choose another place', () => {
  assert.equal(
    messageOf(readError('x', failed('EACCES'))),
    'cannot read x: permission denied (EACCES). Change the permissions',
  );
  assert.equal(
    messageOf(readError('x', failed('EIO'))),
    'cannot read x: the disk reports an error (EIO). Check the disk',
  );
  assert.equal(messageOf(readError('x', failed('ENOENT'))), 'x: expected a file, found none');
  assert.equal(messageOf(readError('x', failed('EISDIR'), 'a model')), 'x: expected a model, found a folder');
});

test('an error that hoshi does not know keeps its message', () => {
  assert.equal(messageOf(writeError('x', failed('EPROTO'))), 'cannot write x: EPROTO: failed, write');
});

test('other errors stay as they are', () => {
  const other = new TypeError('a mistake in the program');
  const own = new FileError('x: expected a file, found a folder');
  for (const error of [other, own, 'a text'])
    assert.deepEqual([writeError('y', error), readError('y', error)], [error, error]);
  assert.equal(own.code, undefined);
});

test('an error of Node itself', () => {
  assert.throws(
    () => {
      try {
        readFileSync('/');
      } catch (error) {
        throw readError('/', error);
      }
    },
    { name: 'FileError', message: '/: expected a file, found a folder', code: 'EISDIR' },
  );
});

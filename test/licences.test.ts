/** The licences of all npm packages that package-lock.json names, also of those for building and testing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import satisfies from 'spdx-satisfies';
import { packageRoot } from '../native/package-root.ts';

/** Permissive licences, as SPDX names them. Packages that an image holds are distributed with their texts. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0', // data: SPDX's lists of licences
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
];
/** For packages that only tests use: no part of them is distributed. */
const ALLOWED_FOR_TESTS = ['MPL-2.0'];

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly version?: string; readonly license?: string; readonly dev?: boolean; readonly link?: boolean }
    >
  >;
}

test('every dependency has a licence that is allowed; every allowed licence is one of a dependency', () => {
  const { packages }: Lock = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8'));
  const dependencies = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true); // hoshi itself
  assert.ok(dependencies.length > 100, `expected the dependencies of hoshi, found ${dependencies.length}`);
  const refused = dependencies
    .filter(([, { license, dev }]) => !isAllowed(license, dev === true ? [...ALLOWED, ...ALLOWED_FOR_TESTS] : ALLOWED))
    .map(([path, { version, license }]) => `${path.replace(/^.*node_modules\//, '')} ${version}: ${license ?? 'none'}`);
  assert.deepEqual(
    refused,
    [],
    `expected licences from this list: ${ALLOWED.join(', ')}; for tests also ${ALLOWED_FOR_TESTS}`,
  );
  const given = dependencies.map(([, { license = '' }]) => license).join(' ');
  const unused = [...ALLOWED, ...ALLOWED_FOR_TESTS].filter((licence) => !given.split(/[^\w.-]+/).includes(licence));
  assert.deepEqual(unused, []);
});

test('a licence is judged as SPDX means it', () => {
  const allowed = ['MIT', '(MIT OR GPL-3.0-only)', '(Apache-2.0 AND BSD-3-Clause)', '(MIT AND CC-BY-3.0)'];
  const refused = ['GPL-3.0-only', '(MIT AND GPL-3.0-only)', 'UNLICENSED', 'SEE LICENSE IN LICENSE', '', undefined];
  assert.deepEqual(
    allowed.filter((one) => isAllowed(one, ALLOWED)),
    allowed,
  );
  assert.deepEqual(
    refused.filter((one) => isAllowed(one, ALLOWED)),
    [],
  );
});

/** `expression` is the field `license` of a package.json. Without one, or with free text, no licence is known. */
function isAllowed(expression: string | undefined, list: readonly string[]): boolean {
  try {
    return expression !== undefined && satisfies(expression, [...list]);
  } catch {
    return false;
  }
}

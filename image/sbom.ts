/**
 * The software bill of materials of an image, in CycloneDX. It lists the npm packages in the bundle (with the data of
 * `npm sbom`), Node, Unicode's data, and LightGBM if the image has it. `node sbom.js FILE PURL…` adds other
 * components, such as `pkg:deb/debian/libc6@2.36-9`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { packageRoot } from '../native/package-root.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly licenses?: readonly ({ readonly license: { readonly id: string } } | { readonly expression: string })[];
}

interface Bom {
  /** Differs at each run of `npm sbom`, so it is left out. */
  serialNumber?: string;
  readonly metadata: { timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** The normalizer's tables derive from them (model/reference/normalization/README.md). */
const UNICODE = [
  componentOf('pkg:generic/unicode-character-database@14.0.0', 'Unicode-3.0'),
  componentOf('pkg:generic/unicode-emoji@17.0', 'Unicode-3.0'),
];

const NODE = componentOf(`pkg:generic/node@${process.versions.node}`);

const LIGHTGBM = componentOf('pkg:pypi/lightgbm@4.7.0', 'MIT');

/**
 * Libraries in LightGBM's source that its addon is linked with (see NOTICE), and their versions. fast_double_parser has
 * no version.
 */
const LIGHTGBM_PARTS = [
  componentOf('pkg:generic/eigen@3.4.0', 'MPL-2.0'),
  componentOf('pkg:generic/fast_double_parser', 'Apache-2.0'),
  componentOf('pkg:generic/fmt@11.1.2', 'MIT'),
  componentOf('pkg:generic/nanoarrow@0.8.0', 'Apache-2.0'),
];

/** The C++ library, with libc++abi, libunwind and compiler-rt, in the addons of the npm package (native/zig/toolchain). */
export const LIBCXX = componentOf('pkg:generic/llvm-libcxx@22.1.8', 'Apache-2.0 WITH LLVM-exception');

/** `others` are what the packages run with. `packages` are names with versions, `name@version`. Throws if `npm sbom` does not list one of them. */
export function sbomOf(packages: readonly string[], withLightgbm: boolean, others = [NODE]): Bom {
  // With --omit=dev, npm also leaves out a package that a development package needs as a peer.
  const output = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
    cwd: packageRoot,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const { serialNumber: _, ...bom } = JSON.parse(output) as Bom;
  const { timestamp: __, ...metadata } = bom.metadata;
  const isIn = (ref: string) => packages.includes(ref);
  const missing = packages.filter((name) => !bom.components.some((component) => component['bom-ref'] === name));
  if (missing.length > 0)
    throw new Error(`npm sbom: expected ${missing.join(', ')} in its list, found no such package`);
  const root = metadata.component['bom-ref'];
  return {
    ...bom,
    metadata: { ...metadata, component: { ...metadata.component, type: 'application', name: 'hoshi' } },
    components: [
      ...bom.components.filter((component) => isIn(component['bom-ref'])),
      ...others,
      ...UNICODE,
      ...(withLightgbm ? [LIGHTGBM, ...LIGHTGBM_PARTS] : []),
    ],
    dependencies: [
      ...bom.dependencies
        .filter(({ ref }) => ref === root || isIn(ref))
        .map(({ ref, dependsOn }) => (dependsOn === undefined ? { ref } : { ref, dependsOn: dependsOn.filter(isIn) })),
      ...(withLightgbm ? [{ ref: refOf(LIGHTGBM), dependsOn: LIGHTGBM_PARTS.map(refOf) }] : []),
    ],
  };
}

function refOf(component: Component): string {
  return component['bom-ref'];
}

/** `purl` is a package URL, and `license` an SPDX identifier. */
function componentOf(purl: string, license?: string): Component {
  const [, name = '', version] = /\/([^/@?]+)(?:@([^?]+))?(?:\?|$)/.exec(purl) ?? [];
  return {
    'bom-ref': purl,
    type: 'library',
    name,
    ...(version === undefined ? {} : { version: decodeURIComponent(version) }),
    purl,
    ...(license === undefined
      ? {}
      : { licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }] }),
  };
}

if (process.argv[1] === import.meta.filename) {
  const [, , file = '', ...purls] = process.argv;
  const bom = JSON.parse(readFileSync(file, 'utf8')) as Bom;
  const components = [...bom.components, ...purls.map((purl) => componentOf(purl))];
  writeFileSync(file, `${JSON.stringify({ ...bom, components }, null, 2)}\n`);
}

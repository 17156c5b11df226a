/** service.yaml and the manifests in deploy/, parsed. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../native/package-root.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: unknown;
}

export interface Metadata {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port?: number | string };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<'cpu' | 'memory', string>>>>;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

export interface PodSpec {
  readonly containers: readonly [Container];
  readonly containerConcurrency: number;
  readonly timeoutSeconds: number;
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

export interface PodTemplate {
  readonly metadata: Metadata;
  readonly spec: PodSpec;
}

export const manifestFiles: readonly string[] = [
  'service.yaml',
  ...readdirSync(join(packageRoot, 'deploy'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && basename(file) !== 'kustomization.yaml')
    .map((file) => join('deploy', file))
    .sort(),
];

/** Every document of a file. Throws if the file has YAML errors or warnings. */
export function manifestsOf(file: string): readonly Manifest[] {
  return parseAllDocuments(contentOf(file)).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
    return document.toJS();
  });
}

export function manifestOf(file: string, kind: string): Manifest {
  const found = manifestsOf(file).find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`${file}: expected a ${kind}, found none`);
  return found;
}

/** The pod template of a Deployment, a Job, or a Service of Knative or Cloud Run. */
export function podTemplateOf(file: string): PodTemplate {
  const templates = manifestsOf(file)
    .map(({ spec }) => (spec as { template?: PodTemplate } | undefined)?.template)
    .filter((template) => template !== undefined);
  if (templates.length !== 1) throw new Error(`${file}: expected one pod template, found ${templates.length}`);
  return templates[0] as PodTemplate;
}

/** The container of KServe's ServingRuntime. */
export function runtimeContainerOf(file: string): Container {
  const { containers } = manifestOf(file, 'ServingRuntime').spec as { containers: readonly [Container] };
  if (containers.length !== 1) throw new Error(`${file}: expected one container, found ${containers.length}`);
  return containers[0];
}

/** The numbers in a table row of a README, as `cellsOf`. */
export function figuresOf(file: string, row: string): readonly number[] {
  return cellsOf(file, row).map(Number.parseFloat);
}

/** The cells of a table row of a README after its first cell, which is `row`. The first row that matches counts. */
export function cellsOf(file: string, row: string): readonly string[] {
  const cells = contentOf(file)
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find((line) => line[1] === row);
  if (cells === undefined) throw new Error(`${file}: expected a table row that starts with ${row}, found none`);
  return cells.slice(2, -1);
}

export function contentOf(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8');
}

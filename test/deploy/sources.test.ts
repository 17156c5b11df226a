/**
 * The ways to deploy beside `make deploy`: func.yaml and the kustomizations against the manifests, and .gcloudignore
 * against the build. `make buildpack-test` does the build itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../function/config.ts';
import { packageRoot } from '../../native/package-root.ts';
import { contentOf, type Manifest, manifestsOf, type PodTemplate, podTemplateOf } from './manifests.ts';

const IMAGE = { name: 'registry.example/team/hoshi', digest: `sha256:${'0123456789abcdef'.repeat(4)}` };

/** Each folder with a kustomization, and the manifests that it has to print. */
const kustomizations: Readonly<Record<string, readonly string[]>> = {
  '.': ['service.yaml'],
  deploy: ['deploy/kubernetes/hoshi.yaml', 'deploy/network-policy.yaml'],
  'deploy/kubernetes': ['deploy/kubernetes/hoshi.yaml'],
  'deploy/kserve': ['deploy/kserve/hoshi.yaml'],
  'deploy/bulk': ['deploy/bulk/job.yaml'],
  'deploy/bulk-gcs': ['deploy/bulk/job.yaml', 'deploy/bulk-gcs/service-account.yaml'],
  'deploy/monitoring': ['deploy/monitoring/pod-monitor.yaml', 'deploy/monitoring/rules.yaml'],
};

interface Func {
  readonly name: string;
  readonly build: { readonly buildEnvs: readonly { readonly name: string; readonly value: string }[] };
  readonly run: { readonly envs: readonly { readonly name: string; readonly value: string }[] };
  readonly deploy: {
    readonly healthEndpoints: Readonly<Record<'liveness' | 'readiness', string>>;
    readonly labels: readonly { readonly key: string; readonly value: string }[];
    readonly annotations: Readonly<Record<string, string>>;
    readonly options: {
      readonly scale: Readonly<Record<'min' | 'max' | 'target', number>> & { readonly metric: string };
      readonly resources: Readonly<
        Record<'requests' | 'limits', { cpu: string; memory: string; concurrency?: number }>
      >;
    };
  };
}

test('func.yaml: the figures, probes and labels of service.yaml', () => {
  const func: Func = parse(contentOf('func.yaml'));
  const { metadata, spec } = podTemplateOf('service.yaml');
  const [container] = spec.containers;
  const [service] = manifestsOf('service.yaml');
  const annotation = (name: string) => Number(metadata.annotations?.[`autoscaling.knative.dev/${name}`]);
  assert.equal(func.name, service?.metadata.name);
  assert.deepEqual(func.deploy.healthEndpoints, {
    liveness: container.livenessProbe?.httpGet.path,
    readiness: container.readinessProbe?.httpGet.path,
  });
  assert.deepEqual(Object.fromEntries(func.deploy.labels.map(({ key, value }) => [key, value])), metadata.labels);
  assert.deepEqual(func.deploy.annotations, service?.metadata.annotations);
  const { scale, resources } = func.deploy.options;
  assert.deepEqual(scale, {
    min: annotation('min-scale'),
    max: annotation('max-scale'),
    metric: 'concurrency',
    target: annotation('target'),
  });
  const { concurrency, ...limits } = resources.limits;
  assert.equal(concurrency, spec.containerConcurrency);
  assert.deepEqual([resources.requests, limits], [container.resources.requests, container.resources.limits]);
  assert.deepEqual(parseConfig(Object.fromEntries(func.run.envs.map(({ name, value }) => [name, value]))).unknown, []);
});

test('func.yaml: valid by the schema of func', {
  skip:
    process.env.FUNC_SCHEMA === undefined &&
    'set FUNC_SCHEMA to schema/func_yaml-schema.json of knative.dev/func; PYTHON needs jsonschema',
}, () => {
  const program = [
    'import json, sys, jsonschema',
    'instance, schema = json.load(sys.stdin), json.load(open(sys.argv[1]))',
    'jsonschema.Draft4Validator.check_schema(schema)',
    'jsonschema.Draft4Validator(schema).validate(instance)',
    'for key in list(instance["deploy"]):',
    '    broken = json.loads(json.dumps(instance)); broken["deploy"][key + "x"] = broken["deploy"].pop(key)',
    '    assert not jsonschema.Draft4Validator(schema).is_valid(broken), key',
  ].join('\n');
  const { status, stderr } = spawnSync(
    process.env.PYTHON ?? 'python3',
    ['-c', program, String(process.env.FUNC_SCHEMA)],
    { input: JSON.stringify(parse(contentOf('func.yaml'))), encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
});

test('every manifest that kubectl applies belongs to a kustomization; each kustomization is listed here', () => {
  for (const [folder, files] of Object.entries(kustomizations)) {
    assert.ok(existsSync(join(packageRoot, folder, 'kustomization.yaml')), folder);
    for (const file of files) assert.ok(existsSync(join(packageRoot, file)), file);
  }
});

const kustomize = ['kubectl', 'kustomize'].find((program) => spawnSync(program, ['version', '--help']).status === 0);
describe('the kustomizations', {
  skip: kustomize === undefined && 'neither kubectl nor kustomize is installed',
}, () => {
  let overlay: string;
  before(() => {
    overlay = mkdtempSync(join(tmpdir(), 'hoshi-kustomize-'));
  });
  after(() => rmSync(overlay, { recursive: true }));

  /** What kustomize prints for an overlay that names the image, as a user writes it. */
  function rendered(folder: string): readonly Manifest[] {
    const resources = [relative(overlay, join(packageRoot, folder))];
    const images = [{ name: 'REGISTRY/hoshi', newName: IMAGE.name, digest: IMAGE.digest }];
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify({ resources, images }));
    const { stdout, stderr, status } = spawnSync(
      String(kustomize),
      [kustomize === 'kubectl' ? 'kustomize' : 'build', overlay],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, stderr);
    return parseAllDocuments(stdout).map((document) => document.toJS());
  }
  const byKind = (manifests: readonly Manifest[]) =>
    [...manifests].sort((a, b) => (a.kind + a.metadata.name < b.kind + b.metadata.name ? -1 : 1));
  /** The manifests as they are in their files, with the image that the overlay names. */
  const withImage = (manifests: readonly Manifest[]): readonly Manifest[] =>
    JSON.parse(JSON.stringify(manifests).replaceAll('REGISTRY/hoshi', `${IMAGE.name}@${IMAGE.digest}`));

  for (const [folder, files] of Object.entries(kustomizations)) {
    if (folder === 'deploy/bulk-gcs') continue;
    test(`${folder}: the manifests of ${files.join(' and ')} with the image of the overlay, and nothing else`, () => {
      assert.deepEqual(byKind(rendered(folder)), byKind(withImage(files.flatMap(manifestsOf))));
    });
  }

  test('deploy/bulk-gcs: the bulk job on a bucket, with nothing else changed', () => {
    const manifests = rendered('deploy/bulk-gcs');
    assert.deepEqual(manifests.map(({ kind }) => kind).sort(), ['Job', 'ServiceAccount']);
    const job = manifests.find(({ kind }) => kind === 'Job') as Manifest & { spec: { template: PodTemplate } };
    const account = manifests.find(({ kind }) => kind === 'ServiceAccount');
    const {
      metadata: { annotations, ...metadata },
      spec: { serviceAccountName, volumes, ...spec },
    } = job.spec.template as PodTemplate & { spec: { serviceAccountName: string; volumes: readonly unknown[] } };
    assert.equal(annotations?.['gke-gcsfuse/volumes'], 'true');
    assert.equal(serviceAccountName, account?.metadata.name);
    const { runAsUser, runAsGroup } = spec.containers[0].securityContext ?? {};
    assert.deepEqual(volumes, [
      {
        name: 'data',
        csi: {
          driver: 'gcsfuse.csi.storage.gke.io',
          readOnly: false,
          volumeAttributes: { bucketName: 'BUCKET', mountOptions: `implicit-dirs,uid=${runAsUser},gid=${runAsGroup}` },
        },
      },
    ]);
    const [original] = withImage(manifestsOf('deploy/bulk/job.yaml')) as unknown as [typeof job];
    const { volumes: claims, ...others } = original.spec.template.spec as PodTemplate['spec'] & { volumes: unknown };
    assert.ok(claims);
    assert.deepEqual({ metadata, spec }, { metadata: original.spec.template.metadata, spec: others });
    const { template, ...jobSpec } = job.spec;
    const { template: originalTemplate, ...originalSpec } = original.spec;
    assert.ok(template && originalTemplate);
    assert.deepEqual(jobSpec, originalSpec);
  });
});

test('.gcloudignore: the upload has the sources that the build needs, and no Dockerfile, which gcloud would prefer', () => {
  assert.ok(!existsSync(join(packageRoot, 'Dockerfile')));
  const ignores = contentOf('.gcloudignore').split('\n');
  for (const needed of ['bin', 'cli', 'function', 'lib', 'model', 'native', 'tools'])
    assert.ok(!ignores.some((line) => line.replaceAll('/', '') === needed), needed);
  for (const left of ['node_modules/', '/build/', '/dist/', '/test/', '.git']) assert.ok(ignores.includes(left), left);
  const { scripts, main, dependencies } = JSON.parse(contentOf('package.json'));
  assert.equal(scripts['gcp-build'], 'make gcp-build');
  assert.equal(dirname(main), 'dist/function');
  assert.ok(dependencies['@google-cloud/functions-framework']);
});

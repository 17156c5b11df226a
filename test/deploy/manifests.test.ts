/**
 * Checks the manifests against each other, the READMEs and the code: limits are in the right order, and every name
 * exists.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { scoreCommand } from '../../cli/commands/score.ts';
import { type Config, parseConfig } from '../../function/config.ts';
import { routes } from '../../function/routes.ts';
import { BUNDLE_FORMAT } from '../../model/bundle/manifest.ts';
import { packageRoot } from '../../native/package-root.ts';
import {
  contentOf,
  figuresOf,
  manifestFiles,
  manifestOf,
  manifestsOf,
  podTemplateOf,
  runtimeContainerOf,
} from './manifests.ts';

const KNATIVE = 'service.yaml';
const KUBERNETES = 'deploy/kubernetes/hoshi.yaml';
const CLOUD_RUN = 'deploy/cloud-run/service.yaml';
const BULK = 'deploy/bulk/job.yaml';
const KSERVE = 'deploy/kserve/hoshi.yaml';
const servers = [KNATIVE, KUBERNETES, CLOUD_RUN];

const [us = 0, , rate = 0] = figuresOf('bench/README.md', 'hoshi, stars');
/** The benchmark `http`: CPU time of a request in µs, and requests per second of one process. */
const served = { us, rate };

/** A figure in MB from the table in deploy/README.md. */
function measured(row: string): number {
  return figuresOf('deploy/README.md', row)[0] as number;
}
const megabytes = {
  image: measured('compressed image that a node pulls'),
  ready: measured('resident memory when ready'),
  explained: measured('… after it has explained scores'),
  most: measured('… at most, within 256Mi, under the attacks of `test/long/attacks.ts`'),
  mostWithin: measured(
    `… at most, within ${podTemplateOf(KNATIVE).spec.containers[0].resources.limits.memory}, when 200 clients send texts of 1 MiB at a time`,
  ),
};

/** The settings of the server in this manifest. */
function configOf(file: string): Config {
  const env = podTemplateOf(file).spec.containers[0].env ?? [];
  return parseConfig(Object.fromEntries(env.map(({ name, value }) => [name, value])));
}

function annotationOf(file: string, name: string): string {
  const value = podTemplateOf(file).metadata.annotations?.[name];
  if (value === undefined)
    throw new Error(`${file}: expected the pod template to have the annotation ${name}, found none`);
  return value;
}

const bytesOf = (quantity: string) => Number(/^(\d+)Mi$/.exec(quantity)?.[1]) * 2 ** 20;
const secondsOf = (duration: string) => Number(/^(\d+)s$/.exec(duration)?.[1]);

for (const file of manifestFiles) {
  test(`${file}: YAML without warnings; each document has a kind and a known name`, () => {
    for (const { apiVersion, kind, metadata } of manifestsOf(file)) {
      assert.match(apiVersion, /^([a-z0-9.]+\/)?v\d/);
      assert.match(kind, /^[A-Z]/);
      assert.match(String(metadata.name), /^(hoshi|hoshi-bulk|hoshi-scores|knative-serving)$/);
    }
  });
}

for (const file of servers) {
  test(`${file}: the server knows each variable, and each probe uses an existing route`, () => {
    assert.deepEqual(configOf(file).unknown, []);
    const { readinessProbe, startupProbe, livenessProbe, ports } = podTemplateOf(file).spec.containers[0];
    assert.equal((readinessProbe ?? startupProbe)?.httpGet.path, '/readyz');
    assert.equal(livenessProbe?.httpGet.path, '/livez');
    for (const probe of [readinessProbe, startupProbe, livenessProbe].filter((one) => one !== undefined))
      assert.ok(routes.some(({ method, path }) => method === 'GET' && path === probe.httpGet.path));
    assert.equal(ports?.[0]?.containerPort, parseConfig({}).port);
  });
}

for (const file of [KNATIVE, KUBERNETES, BULK]) {
  test(`${file}: unprivileged user, no capabilities, no token, read-only root; no variables of Services`, () => {
    const { automountServiceAccountToken, enableServiceLinks, containers } = podTemplateOf(file).spec;
    assert.deepEqual([automountServiceAccountToken, enableServiceLinks], [false, false]);
    assert.deepEqual(containers[0].securityContext, {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });
}

test('Knative: time-outs let the queue-proxy drain, then the server; the server, not the proxy, ends slow requests', () => {
  const { timeoutSeconds } = podTemplateOf(KNATIVE).spec;
  const { requestTimeoutMs, drainTimeoutMs, lameDuckMs } = configOf(KNATIVE);
  const QUEUE_PROXY_DRAIN_MS = 30_000; // knative.dev/serving v0.48 pkg/queue/sharedmain: drainSleepDuration
  assert.ok(timeoutSeconds * 1000 > requestTimeoutMs);
  assert.ok(timeoutSeconds * 1000 > QUEUE_PROXY_DRAIN_MS + drainTimeoutMs);
  assert.equal(lameDuckMs, 0);
});

test('Knative: pods are added before the others are full; the bodies and the queue of a full pod stay within its limits', () => {
  const { containerConcurrency } = podTemplateOf(KNATIVE).spec;
  const { bodyLimitBytes, bufferLimitBytes, delayLimitMs } = configOf(KNATIVE);
  const QUEUE_DEPTH = 10; // the queue-proxy keeps this many times containerConcurrency waiting
  assert.ok(Number(annotationOf(KNATIVE, 'autoscaling.knative.dev/target')) < containerConcurrency);
  assert.ok(containerConcurrency * bodyLimitBytes <= bufferLimitBytes);
  assert.ok(containerConcurrency * QUEUE_DEPTH * (served.us / 1000) <= delayLimitMs);
});

test("Knative: the readiness probe is Knative's fast one: no field switches it off", () => {
  assert.deepEqual(podTemplateOf(KNATIVE).spec.containers[0].readinessProbe, { httpGet: { path: '/readyz' } });
});

test('Kubernetes: a pod leaves the Service within the lame-duck time and ends within the grace period', () => {
  const { terminationGracePeriodSeconds, containers } = podTemplateOf(KUBERNETES).spec;
  const { lameDuckMs, drainTimeoutMs } = configOf(KUBERNETES);
  const { periodSeconds = 10, failureThreshold = 3 } = containers[0].readinessProbe ?? {};
  assert.ok(lameDuckMs > 0);
  assert.ok(periodSeconds * failureThreshold * 1000 < lameDuckMs);
  assert.ok(lameDuckMs + drainTimeoutMs < terminationGracePeriodSeconds * 1000);
});

test('Kubernetes: Service, autoscaler and disruption budget refer to the Deployment', () => {
  const labels = podTemplateOf(KUBERNETES).metadata.labels ?? {};
  const { selector } = manifestOf(KUBERNETES, 'Service').spec as { selector: Record<string, string> };
  const scaler = manifestOf(KUBERNETES, 'HorizontalPodAutoscaler').spec as {
    scaleTargetRef: { name: string };
    minReplicas: number;
    maxReplicas: number;
  };
  const budget = manifestOf(KUBERNETES, 'PodDisruptionBudget').spec as {
    maxUnavailable: number;
    selector: { matchLabels: Record<string, string> };
  };
  const deployment = manifestOf(KUBERNETES, 'Deployment');
  assert.deepEqual(selector, labels);
  assert.deepEqual(budget.selector.matchLabels, labels);
  assert.equal(scaler.scaleTargetRef.name, deployment.metadata.name);
  assert.ok(budget.maxUnavailable < scaler.minReplicas && scaler.minReplicas < scaler.maxReplicas);
  assert.equal(
    (deployment.spec as { replicas?: number }).replicas,
    undefined,
    'the autoscaler sets the number of replicas',
  );
});

test('KServe: the container has the name that KServe requires, and is limited and probed as on Knative', () => {
  const { name, image, env = [], ports, ...rest } = runtimeContainerOf(KSERVE);
  const { resources, readinessProbe, livenessProbe, securityContext } = podTemplateOf(KNATIVE).spec.containers[0];
  const port = parseConfig({}).port;
  assert.deepEqual([name, image, ports?.[0]?.containerPort], ['kserve-container', 'REGISTRY/hoshi', port]);
  const withPort = (probe: typeof readinessProbe) => ({
    ...probe,
    httpGet: { ...probe?.httpGet, port },
  });
  assert.deepEqual(rest, {
    resources,
    readinessProbe: withPort(readinessProbe),
    livenessProbe: withPort(livenessProbe),
    securityContext,
  });
  const { metadata, spec } = manifestOf(KSERVE, 'ServingRuntime');
  const { annotations } = spec as { annotations: Readonly<Record<string, string>> };
  assert.deepEqual(metadata.labels, podTemplateOf(KNATIVE).metadata.labels);
  assert.equal(annotations['prometheus.kserve.io/port'], `${port}`);
  assert.ok(routes.some(({ path }) => path === annotations['prometheus.kserve.io/path']));
  // KServe fills the placeholder from the metadata of the InferenceService (utils.go: ReplacePlaceholders).
  const isvc = manifestOf(KSERVE, 'InferenceService').metadata.name;
  const filled = Object.fromEntries(env.map((one) => [one.name, one.value.replace('{{.Name}}', String(isvc))]));
  const { modelName, unknown } = parseConfig(filled);
  assert.deepEqual([modelName, unknown], [isvc, []]);
  for (const path of [`/v1/models/${isvc}:predict`, `/v2/models/${isvc}/infer`])
    assert.ok(contentOf(KSERVE).includes(path) && contentOf('deploy/README.md').includes(path), path);
});

test('KServe: the InferenceService finds the runtime by its format, the one of new bundles, and names a folder', () => {
  const { supportedModelFormats: formats, protocolVersions } = manifestOf(KSERVE, 'ServingRuntime').spec as {
    supportedModelFormats: readonly { name: string; version: string; autoSelect: boolean }[];
    protocolVersions: readonly string[];
  };
  const { predictor } = manifestOf(KSERVE, 'InferenceService').spec as {
    predictor: {
      maxReplicas: number;
      containerConcurrency: number;
      timeout: number;
      automountServiceAccountToken: boolean;
      enableServiceLinks: boolean;
      model: { modelFormat: { name: string; version: string }; storageUri: string };
    };
  };
  const { name, version } = predictor.model.modelFormat;
  assert.ok(formats.some((format) => format.name === name && format.version === version && format.autoSelect));
  assert.equal(version, `${BUNDLE_FORMAT}`);
  assert.deepEqual(protocolVersions, ['v1', 'v2']);
  assert.match(predictor.model.storageUri, /^gs:\/\/BUCKET\/[\w-]+$/);
  const { containerConcurrency, timeoutSeconds } = podTemplateOf(KNATIVE).spec;
  assert.deepEqual([predictor.containerConcurrency, predictor.timeout], [containerConcurrency, timeoutSeconds]);
  assert.deepEqual([predictor.automountServiceAccountToken, predictor.enableServiceLinks], [false, false]);
  assert.equal(predictor.maxReplicas, Number(annotationOf(KNATIVE, 'autoscaling.knative.dev/max-scale')));
});

test('Cloud Run: only supported fields; the drain ends before the instance is killed', () => {
  const { metadata, spec } = podTemplateOf(CLOUD_RUN);
  const [container] = spec.containers;
  const KILLED_AFTER_MS = 10_000; // after SIGTERM
  assert.ok(configOf(CLOUD_RUN).drainTimeoutMs < KILLED_AFTER_MS);
  assert.deepEqual(Object.keys(spec).sort(), ['containerConcurrency', 'containers', 'timeoutSeconds']);
  assert.deepEqual(Object.keys(container.resources), ['limits']);
  assert.equal(container.securityContext, undefined);
  for (const name of Object.keys(metadata.annotations ?? {}))
    assert.match(name, /^[a-z.]+\/([a-z]+[a-zA-Z]*|startup-cpu-boost)$/);
});

test('memory limits are at least 1.2 times the measured maximum; requests exceed the memory after explanations', () => {
  for (const file of servers) {
    const { limits, requests } = podTemplateOf(file).spec.containers[0].resources;
    assert.ok(bytesOf(limits.memory) > megabytes.most * 1e6 * 1.2, file);
    if (requests !== undefined) assert.ok(bytesOf(requests.memory) > megabytes.explained * 1e6, file);
  }
});

test('figures in comments come from bench/README.md and deploy/README.md, or are computed from them', () => {
  const down = (value: number, step: number) => (Math.floor(value / step) * step).toLocaleString('en');
  const states = (file: string, ...sentences: readonly string[]) => {
    const text = contentOf(file).replaceAll(/\n *# /g, ' ');
    for (const sentence of sentences) assert.ok(text.includes(sentence), `${file}: expected "${sentence}"`);
  };
  const { containerConcurrency, containers } = podTemplateOf(KNATIVE).spec;
  const pods = Number(annotationOf(KNATIVE, 'autoscaling.knative.dev/max-scale'));
  const target = Number(annotationOf(KNATIVE, 'autoscaling.knative.dev/target'));
  const cores = (quantity: string) => Number(/^(\d+)m$/.exec(quantity)?.[1]) / 1000;
  const slowest = (concurrency: number) => {
    const [, ms = 0] = figuresOf('bench/README.md', String(concurrency));
    return `within ${Number((ms / 1000).toPrecision(2))} s with ${concurrency}`;
  };
  states(
    KNATIVE,
    `about ${down(pods * served.rate, 10_000)} requests per second`,
    `reaches its full rate with ${target} concurrent requests (${served.rate.toLocaleString('en')} per second)`,
    `pulls ${Math.round(megabytes.image)} MB`,
    `99 % of the accepted requests were answered ${slowest(containerConcurrency)}, ${slowest(8)}, and ${slowest(64)}.`,
    `about ${down(cores(containers[0].resources.requests.cpu) * served.rate, 100)} requests per second`,
    `${megabytes.ready} MB when ready, ${megabytes.explained} MB after it has explained scores`,
    `at most ${megabytes.most} MB under the attacks of test/long/attacks.ts, ${megabytes.mostWithin} MB when 200 clients send texts of 1 MiB at a time`,
  );
  const { cpu } = podTemplateOf(KUBERNETES).spec.containers[0].resources.requests;
  states(KUBERNETES, `70 % of it is about ${down(0.7 * cores(cpu) * served.rate, 100)} requests per second`);
  const [, cpuSeconds = 0, , peak = 0] = figuresOf('bench/README.md', '1000000');
  states(BULK, `${peak} MB for a million reviews`, `about ${down(1e6 / cpuSeconds, 5000)} reviews per second`);
  states(
    'deploy/README.md',
    `answers ${served.rate.toLocaleString('en')} requests per second on ${target} connections`,
    `about ${down(1e6 / cpuSeconds, 5000)} reviews per second`,
  );
});

test('Knative: a pod lives long enough to be scraped several times', () => {
  const WINDOW_SECONDS = 60; // the autoscaler's default
  const lives =
    WINDOW_SECONDS + secondsOf(annotationOf(KNATIVE, 'autoscaling.knative.dev/scale-to-zero-pod-retention-period'));
  for (const [file, endpoints] of [
    ['deploy/monitoring/pod-monitoring.yaml', 'endpoints'],
    ['deploy/monitoring/pod-monitor.yaml', 'podMetricsEndpoints'],
  ] as const) {
    const [manifest] = manifestsOf(file);
    const spec = manifest?.spec as {
      selector: { matchLabels: Record<string, string> };
      [endpoints: string]: unknown;
    };
    const all = spec[endpoints] as readonly { port: string; path: string; interval: string }[];
    for (const { path, interval } of all) {
      assert.ok(secondsOf(interval) * 4 < lives, file);
      assert.equal(path, '/metrics');
    }
    // Knative gives the server's port this name, whatever its name in the Service is. The second name is the port of
    // the queue-proxy's metrics (serving v0.48 pkg/apis/serving/v1: UserQueueMetricsPortName).
    assert.deepEqual(
      all.map(({ port }) => port),
      [podTemplateOf(KUBERNETES).spec.containers[0].ports?.[0]?.name, 'http-usermetric'],
    );
    for (const pods of [KNATIVE, KUBERNETES])
      assert.deepEqual(
        podTemplateOf(pods).metadata.labels,
        spec.selector.matchLabels,
        `${file} selects the pods of ${pods}`,
      );
  }
});

test('Knative by its operator: the domain is reachable from outside, and the README reads the host from the Service', () => {
  const { config } = manifestOf('deploy/knative-serving.yaml', 'KnativeServing').spec as {
    config: { domain?: Record<string, string> };
  };
  // A domain without a selector is for every Service. Knative's default since 1.8 is the cluster's own domain, which is
  // not reachable from outside.
  const ofAll = Object.entries(config.domain ?? {}).filter(([, selector]) => selector === '');
  assert.equal(ofAll.length, 1);
  assert.doesNotMatch(String(ofAll[0]?.[0]), /\.local$/);
  const hosts = Array.from(contentOf('deploy/README.md').matchAll(/curl -H "Host: ([^"]*)"/g), ([, host]) => host);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell syntax
  assert.deepEqual(hosts, ['${url#*://}']);
});

test('the network policy selects all pods and admits the port that they listen on', () => {
  const { podSelector, ingress } = manifestOf('deploy/network-policy.yaml', 'NetworkPolicy').spec as {
    podSelector: { matchExpressions: readonly [{ key: string; values: readonly string[] }] };
    ingress: readonly [{ ports: readonly { port: number }[] }];
  };
  const [{ key, values }] = podSelector.matchExpressions;
  for (const file of [KNATIVE, KUBERNETES, BULK])
    assert.ok(values.includes(String(podTemplateOf(file).metadata.labels?.[key])), file);
  assert.ok(ingress[0].ports.some(({ port }) => port === parseConfig({}).port));
});

test('the bulk job: one part per pod, each with a file in the folder of that number; its options exist in hoshi score', () => {
  const { completions, completionMode } = manifestOf(BULK, 'Job').spec as {
    completions: number;
    completionMode: string;
  };
  const { containers, securityContext } = podTemplateOf(BULK).spec;
  const args = containers[0].args ?? [];
  const fsGroup = containers[0].securityContext?.runAsGroup; // the group that may write to the volume
  assert.deepEqual(securityContext, { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' });
  assert.equal(completionMode, 'Indexed');
  assert.equal(args[0], 'score.cjs');
  assert.ok(args.includes(`--shard=$(JOB_COMPLETION_INDEX)/${completions}`));
  // Parts of another number need another folder. Otherwise --skip-existing would keep the old ones.
  const folder = `scores-${completions}`;
  assert.ok(args.includes(`--out=/data/${folder}/$(JOB_COMPLETION_INDEX).txt`));
  assert.ok(contentOf(BULK).includes(`# /data/${folder}/i.txt`));
  assert.ok(contentOf('deploy/README.md').includes(`cat ${folder}/{0..${completions - 1}}.txt`));
  const known = scoreCommand().options.map(({ long }) => long);
  for (const arg of args.filter((one) => one.startsWith('--'))) assert.ok(known.includes(arg.split('=')[0]), arg);
});

test('deploy/README.md: links work, every manifest is listed, and commands name existing resources', () => {
  const readme = contentOf('deploy/README.md');
  const links = Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link]) => join('deploy', String(link)));
  for (const link of links) assert.ok(existsSync(join(packageRoot, link)), link);
  for (const file of manifestFiles)
    assert.ok(links.includes(file) || links.includes(`${dirname(file)}/`), `${file} is not listed`);
  const name = String(manifestOf(KNATIVE, 'Service').metadata.name);
  const updates = Array.from(readme.matchAll(/kn service update (\S+)(.*)/g));
  assert.ok(updates.length >= 5);
  const tagged = Array.from(readme.matchAll(/--tag [^=\s]+=(\w+)/g), ([, tag]) => tag);
  for (const [, service, flags] of updates) {
    assert.equal(service, name);
    for (const [, traffic] of String(flags).matchAll(/--traffic ([^\s`]+)/g)) {
      const shares = String(traffic)
        .split(',')
        .map((share) => share.split('='));
      assert.equal(
        shares.reduce((sum, [, percent]) => sum + Number(percent), 0),
        100,
        traffic,
      );
      for (const [target] of shares) assert.ok(target === '@latest' || tagged.includes(target), traffic);
    }
  }
  assert.ok(readme.includes(`kubectl wait job/${manifestOf(BULK, 'Job').metadata.name} `));
});

test('deploy/README.md: images are pushed before use; a model is copied without its report, readable for the image’s user', () => {
  const sections = contentOf('deploy/README.md').split(/^## /m);
  const named = sections.filter((section) => section.includes('s|image: REGISTRY/hoshi|image: $image|'));
  assert.ok(named.length >= 2);
  for (const section of named)
    assert.match(section, /image=\$\(PUSH_ONLY=1 REGISTRY=\S+ deploy\/apply\).*image: REGISTRY/s);
  for (const file of [...servers, BULK, KSERVE]) assert.match(contentOf(file), /^ +image: REGISTRY\/hoshi$/m, file);
  const model = String(sections.find((section) => section.startsWith('Another model')));
  assert.match(model, /rm -f my-stars\/report\.html.*COPY --chmod=755 \. .*docker build/s);
  const cloudRun = String(sections.find((section) => section.startsWith('Cloud Run')));
  assert.match(cloudRun, /add-iam-policy-binding hoshi .*--member=allUsers --role=roles\/run\.invoker/);
});

/** Alerts and dashboard ask for what the server tells: each metric by its name, each label by its name. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Host, leanServer, start } from '../function/hosts.ts';
import { contentOf, manifestOf, manifestsOf, podTemplateOf } from './manifests.ts';

/**
 * Of kube-state-metrics, by which alone it is seen that a pod does not start, and of Prometheus itself. The queue-proxy of Knative Serving
 * 0.48 (1.21) has http_server_request_duration_seconds as the server does, by otelhttp 0.64.
 */
const elsewhere = new Map([
  ['kube_pod_container_status_restarts_total', new Set(['container'])],
  ['up', new Set<string>()],
]);
/** What a scrape by deploy/monitoring adds to each metric. */
const attached = ['container', 'pod'];

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations: { readonly summary: string };
}

const dashboard: Dashboard = JSON.parse(contentOf('deploy/monitoring/dashboard.json'));
const rules = manifestsOf('deploy/monitoring/rules.yaml').flatMap(({ spec }) =>
  (spec as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(({ rules }) => rules),
);
const queries = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
];

let host: Host;
/** The names of the labels of each metric that `GET /metrics` tells. */
const told = new Map<string, Set<string>>(elsewhere);
before(async () => {
  host = await start([leanServer]);
  await fetch(host.url, { method: 'POST', body: JSON.stringify({ texts: '良い' }) });
  const text = await (await fetch(`${host.url}/metrics`)).text();
  for (const [, name, labels] of text.matchAll(/^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? /gm)) {
    const names = Array.from(String(labels ?? '').matchAll(/(\w+)="/g), ([, label]) => String(label));
    told.set(String(name), new Set([...(told.get(String(name)) ?? []), ...names]));
  }
});
after(() => host.stop());

test('metrics and labels of every query exist; each selector is written with its braces', () => {
  assert.ok(rules.length > 5 && dashboard.panels.length > 10);
  for (const { where, expr } of queries) {
    const selectors = Array.from(expr.matchAll(/([a-z_:][a-z0-9_:]*)\{([^}]*)\}/g));
    assert.ok(selectors.length > 0, `${where}: expected selectors in ${expr}`);
    assert.doesNotMatch(expr, /\bgroup_(left|right) *\((?!\))/, `${where}: what is in these parentheses are labels`);
    const ofAll = new Set(selectors.flatMap(([, name]) => Array.from(told.get(String(name)) ?? [])));
    for (const [, name, matchers] of selectors) {
      const labels = told.get(String(name));
      assert.ok(labels !== undefined, `${where}: GET /metrics tells no ${name}`);
      for (const [, label] of String(matchers).matchAll(/(\w+)(?:=|!)/g))
        assert.ok(labels.has(String(label)) || attached.includes(String(label)), `${where}: ${name} has no ${label}`);
    }
    for (const [, grouping] of expr.matchAll(/\b(?:by|ignoring) ?\(([^)]*)\)/g))
      for (const label of String(grouping).split(/, */))
        assert.ok(ofAll.has(label), `${where}: nothing has the label ${label}`);
    // What is followed by neither "(" nor "{" is a metric without braces, which the look above would not see.
    const rest = expr
      .replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|ignoring) ?\([^)]*\)/g, ' ')
      .replaceAll(/[a-z_]\w*(?= *\()/g, ' ');
    const words = Array.from(rest.matchAll(/[a-z_]\w+/g), ([word]) => word);
    const names = selectors.map(([, name]) => name);
    assert.deepEqual(
      words.filter((word) => !names.includes(word) && !['and', 'group_left', 'sum'].includes(word)),
      [],
      where,
    );
  }
});

test('each selector is of hoshi’s container, by the name that the manifests give it, or of its queue-proxy', () => {
  for (const file of ['service.yaml', 'deploy/kubernetes/hoshi.yaml'])
    assert.equal(podTemplateOf(file).spec.containers[0].name, 'hoshi');
  for (const { where, expr } of queries)
    for (const [selector] of expr.matchAll(/\w+\{[^}]*\}/g))
      assert.match(
        selector,
        /\{container="(hoshi"|queue-proxy",pod=~"hoshi-\.\*")[,}]/,
        `${where}: ${selector} is of every program that has such a metric`,
      );
});

test('the queue-proxy counts, and is scraped for what alerts ask of it', () => {
  const asked = queries.flatMap(({ expr }) =>
    Array.from(expr.matchAll(/(\w+)\{container="queue-proxy"/g), ([, name]) => name),
  );
  assert.ok(asked.length > 0);
  const serving = manifestOf('deploy/knative-serving.yaml', 'KnativeServing').spec;
  const { config } = serving as { config: Record<string, Record<string, string>> };
  assert.equal(config.observability?.['request-metrics-protocol'], 'prometheus');
  for (const [file, kind, endpoints, relabelings] of [
    ['deploy/monitoring/pod-monitoring.yaml', 'PodMonitoring', 'endpoints', 'metricRelabeling'],
    ['deploy/monitoring/pod-monitor.yaml', 'PodMonitor', 'podMetricsEndpoints', 'metricRelabelings'],
  ] as const) {
    const spec = manifestOf(file, kind).spec as Record<string, readonly Record<string, unknown>[]>;
    const endpoint = spec[endpoints]?.find(({ port }) => port === 'http-usermetric') ?? {};
    const [rule] = endpoint[relabelings] as readonly { action: string; regex: string }[];
    assert.equal(rule?.action, 'keep');
    for (const name of asked) assert.match(String(name), new RegExp(`^(?:${rule.regex})$`), file);
  }
});

test('the alert of as many pods as there may be knows how many that is', () => {
  const most = podTemplateOf('service.yaml').metadata.annotations?.['autoscaling.knative.dev/max-scale'];
  const scaler = manifestOf('deploy/kubernetes/hoshi.yaml', 'HorizontalPodAutoscaler').spec;
  assert.equal(String((scaler as { maxReplicas: number }).maxReplicas), most);
  assert.ok(rules.some(({ expr }) => expr === `count(up{container="hoshi"} == 1) >= ${most}`));
});

test('a share of what is turned away is of all that came: a connection that is refused has no duration', () => {
  const shares = queries.filter(({ expr }) => /shed_requests_total.*\/.*duration_seconds_count/s.test(expr));
  assert.equal(shares.length, 2);
  for (const { where, expr } of shares)
    assert.match(
      expr,
      /\/.*\(sum\(rate\(\w+_duration_seconds_count\{[^}]*\}.*\+ sum\(rate\(\w+_shed_requests_total\{[^}]*reason="connections"\}/s,
      where,
    );
});

test('values of labels that alerts ask for are those of the server', async () => {
  const text = await (await fetch(`${host.url}/metrics`)).text();
  for (const { where, expr } of queries)
    for (const [, label, value] of expr.matchAll(/(phase|reason|http_response_status_code)="(\w+)"/g))
      if (value !== '503') assert.ok(text.includes(`${label}="${value}"`), `${where}: no ${label} is ${value}`);
});

test('what only a pod that is there tells is asked for over a range, or waited for not at all; but for how many there are', () => {
  for (const { alert, expr, for: wait } of rules)
    if (wait !== undefined)
      assert.doesNotMatch(expr, /(?<!\bup)\{[^}]*\}(?!\[)/, `${alert}: pods are gone before ${wait} are over`);
});

test('alerts say what to do, and are named once', () => {
  for (const { annotations } of rules) assert.match(annotations.summary, /^.{40,200}\.$/);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

test('legends of the dashboard name labels that the query keeps; panels have ids of their own and fit', () => {
  for (const { title, targets, gridPos } of dashboard.panels) {
    for (const { expr, legendFormat } of targets)
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), title);
    assert.ok(gridPos.x + gridPos.w <= 24, title);
  }
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

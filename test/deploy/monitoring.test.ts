/** Alerts and dashboard use only metrics, labels and label values that the server exports. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Host, leanServer, start } from '../function/hosts.ts';
import { contentOf, manifestOf, manifestsOf, podTemplateOf } from './manifests.ts';

/**
 * Metrics that the server does not export. Only kube-state-metrics shows a pod that does not start; `up` comes from
 * Prometheus itself. The queue-proxy of Knative Serving 0.48 (1.21) exports http_server_request_duration_seconds too,
 * through otelhttp 0.64.
 */
const elsewhere = new Map([
  ['kube_pod_container_status_restarts_total', new Set(['container'])],
  ['up', new Set<string>()],
]);
/** Labels that a scrape by deploy/monitoring adds to each metric. */
const attached = ['container', 'pod'];

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}
interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations: { readonly summary: string };
}
interface RecordRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const dashboard: Dashboard = JSON.parse(contentOf('deploy/monitoring/dashboard.json'));
const allRules = manifestsOf('deploy/monitoring/rules.yaml').flatMap(({ spec }) =>
  (spec as { groups: readonly { rules: readonly (AlertRule | RecordRule)[] }[] }).groups.flatMap(({ rules }) => rules),
);
const rules = allRules.filter((rule) => 'alert' in rule);
const records = allRules.filter((rule) => 'record' in rule);
const queries = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...records.map(({ record, expr }) => ({ where: record, expr })),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
];

let host: Host;
/** Each metric of `GET /metrics`, and each series that a rule records, with the names of its labels. */
const exported = new Map<string, Set<string>>(elsewhere);
for (const { record } of records) exported.set(record, new Set(['of', 'window', 'above', 'le']));
before(async () => {
  host = await start([leanServer]);
  await fetch(host.url, { method: 'POST', body: JSON.stringify({ texts: '良い' }) });
  const text = await (await fetch(`${host.url}/metrics`)).text();
  for (const [, name, labels] of text.matchAll(/^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? /gm)) {
    const names = Array.from(String(labels ?? '').matchAll(/(\w+)="/g), ([, label]) => String(label));
    exported.set(String(name), new Set([...(exported.get(String(name)) ?? []), ...names]));
  }
});
after(() => host.stop());

/** The expression with braces after the name of each recorded series. */
function withBraces(expr: string): string {
  return expr.replaceAll(/\bhoshi:[a-z_:]+(?!\{|[a-z_:])/g, (name) => `${name}{}`);
}

test('metrics and labels of every query exist; each selector is written with its braces', () => {
  assert.ok(rules.length > 5 && records.length > 5 && dashboard.panels.length > 10);
  for (const { where, expr: written } of queries) {
    const expr = withBraces(written);
    const selectors = Array.from(expr.matchAll(/([a-z_:][a-z0-9_:]*)\{([^}]*)\}/g));
    assert.ok(selectors.length > 0, `${where}: expected selectors in ${expr}`);
    assert.doesNotMatch(expr, /\bgroup_(left|right) *\((?!\))/, `${where}: these parentheses must hold labels`);
    const ofAll = new Set(selectors.flatMap(([, name]) => Array.from(exported.get(String(name)) ?? [])));
    for (const [, label] of expr.matchAll(/label_replace\(.*?, "(\w+)", "\$1"/g)) ofAll.add(String(label));
    for (const [, name, matchers] of selectors) {
      const labels = exported.get(String(name));
      assert.ok(labels !== undefined, `${where}: GET /metrics does not export ${name}`);
      for (const [, label] of String(matchers).matchAll(/(\w+)(?:=|!)/g))
        assert.ok(labels.has(String(label)) || attached.includes(String(label)), `${where}: ${name} has no ${label}`);
    }
    for (const [, grouping] of expr.matchAll(/\b(?:by|on|ignoring) ?\(([^)]+)\)/g))
      for (const label of String(grouping).split(/, */))
        assert.ok(ofAll.has(label), `${where}: nothing has the label ${label}`);
    // A name without "(" or "{" after it is a metric without braces. The search above would not see it.
    const rest = expr
      .replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|ignoring) ?\([^)]*\)/g, ' ')
      .replaceAll(/\b[a-z_]\w*(?= *\()/g, ' ');
    const words = Array.from(rest.matchAll(/[a-z_][\w:]+/g), ([word]) => word);
    const names = selectors.map(([, name]) => name);
    assert.deepEqual(
      words.filter((word) => !names.includes(word) && !['and', 'or', 'group_left', 'sum'].includes(word)),
      [],
      where,
    );
  }
});

test('each selector names the container hoshi of the manifests, or its queue-proxy', () => {
  for (const file of ['service.yaml', 'deploy/kubernetes/hoshi.yaml'])
    assert.equal(podTemplateOf(file).spec.containers[0].name, 'hoshi');
  for (const { where, expr } of queries)
    for (const [selector] of expr.matchAll(/(?<!:)\b\w+\{[^}]*\}/g))
      assert.match(
        selector,
        /\{container="(hoshi"|queue-proxy",pod=~"hoshi-\.\*")[,}]/,
        `${where}: ${selector} also selects other programs with such a metric`,
      );
});

test('the queue-proxy counts requests, and the scrape keeps each of its metrics that a query uses', () => {
  const names = queries.flatMap(({ expr }) =>
    Array.from(expr.matchAll(/(\w+)\{container="queue-proxy"/g), ([, name]) => name),
  );
  assert.ok(names.length > 0);
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
    for (const name of names) assert.match(String(name), new RegExp(`^(?:${rule.regex})$`), file);
  }
});

test('the alert on the maximum number of pods uses the number of the manifests', () => {
  const most = podTemplateOf('service.yaml').metadata.annotations?.['autoscaling.knative.dev/max-scale'];
  const scaler = manifestOf('deploy/kubernetes/hoshi.yaml', 'HorizontalPodAutoscaler').spec;
  assert.equal(String((scaler as { maxReplicas: number }).maxReplicas), most);
  assert.ok(rules.some(({ expr }) => expr === `count(up{container="hoshi"} == 1) >= ${most}`));
});

test('shares of refused requests count refused connections, which have no duration, in the total', () => {
  const shares = queries.filter(({ expr }) => /shed_requests_total.*\/.*duration_seconds_count/s.test(expr));
  assert.equal(shares.length, 2);
  for (const { where, expr } of shares)
    assert.match(
      expr,
      /\/.*\(sum\(rate\(\w+_duration_seconds_count\{[^}]*\}.*\+ sum\(rate\(\w+_shed_requests_total\{[^}]*reason="connections"\}/s,
      where,
    );
});

test('label values in queries exist in the metrics of the server', async () => {
  const text = await (await fetch(`${host.url}/metrics`)).text();
  for (const { where, expr } of queries)
    for (const [, label, value] of expr.matchAll(/(phase|reason|http_response_status_code)="(\w+)"/g))
      if (value !== '503')
        assert.ok(text.includes(`${label}="${value}"`), `${where}: the label ${label} never has the value ${value}`);
});

test('a rule with a waiting time uses a range, because its pods may be gone by then; the count of pods and recorded series need none', () => {
  for (const { alert, expr, for: wait } of rules)
    if (wait !== undefined)
      assert.doesNotMatch(
        expr,
        /(?<!\bup|\bhoshi:[a-z_:]+)\{[^}]*\}(?!\[)/,
        `${alert}: pods may be gone before ${wait} have passed`,
      );
});

test('recorded series use ranges as well, and each is made before it is used', () => {
  const made = new Set<string>();
  for (const { record, expr, labels } of records) {
    for (const [range] of expr.matchAll(/\{container[^}]*\}(?:\[\w+\])?/g))
      assert.match(range, new RegExp(`\\[${labels?.window}\\]$`), record);
    for (const [used] of expr.matchAll(/\bhoshi:[a-z_:]+/g)) assert.ok(made.has(used), `${record} uses ${used}`);
    made.add(record);
  }
});

test('alert names are unique, and each summary is a sentence of 40 to 200 characters', () => {
  for (const { annotations } of rules) assert.match(annotations.summary, /^.{40,200}\.$/);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

test('dashboard legends use labels that the query keeps; panel ids are unique, and panels fit the grid', () => {
  for (const { title, targets, gridPos } of dashboard.panels) {
    for (const { expr, legendFormat } of targets)
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), title);
    assert.ok(gridPos.x + gridPos.w <= 24, title);
  }
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

/**
 * A namespace of the cluster of KUBECONFIG, and the Knative Services in it. Each test file has its own namespace. The
 * file creates it empty at the beginning and deletes it at the end.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../native/package-root.ts';
import { until } from '../fixtures/until.ts';
import { endProxy, get, post } from './api.ts';
import { type Printed, run } from './command.ts';
import { image } from './settings.ts';

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly restartCount: number;
      readonly state: { readonly running?: object };
    }[];
  };
}

interface Container {
  image: string;
  args?: string[];
  env?: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: object[];
  resources: { limits: { cpu: string } };
}

/** The fields of a Knative Service that the tests change. */
export interface Service {
  readonly metadata: { name: string; annotations?: Record<string, string> };
  readonly spec: {
    template: {
      metadata: { name?: string; annotations: Record<string, string> };
      spec: { containerConcurrency?: number; containers: [Container]; volumes?: object[] };
    };
    traffic?: object[];
  };
}

const AUTOSCALING = 'autoscaling.knative.dev/';
const READY_SECONDS = 120;
/** Scaling to zero takes the autoscaler's window and up to 30 s more. */
const ZERO = { patienceMs: 240_000, everyMs: 100 };

export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async make(what: string): Promise<Namespace> {
    const space = new Namespace(`hoshi-test-${what}`);
    await run('kubectl', ['delete', 'namespace', space.name, '--ignore-not-found', '--timeout=120s']);
    await run('kubectl', ['create', 'namespace', space.name]);
    return space;
  }

  async remove(): Promise<void> {
    await run('kubectl', ['delete', 'namespace', this.name, '--wait=false']);
    // Without force, their grace periods would block resources that the next test's pods need.
    await this.kubectl('delete', 'pods', '--all', '--force', '--grace-period=0');
    endProxy();
  }

  kubectl(...args: readonly string[]): Promise<Printed> {
    return run('kubectl', ['--namespace', this.name, ...args]);
  }

  kn(...args: readonly string[]): Promise<Printed> {
    return run('kn', ['--namespace', this.name, ...args]);
  }

  apply(object: object): Promise<Printed> {
    return run('kubectl', ['--namespace', this.name, 'apply', '-f', '-'], JSON.stringify(object));
  }

  /** Applies a Service and waits until it is ready. Returns the output of kubectl. */
  async deploy(service: Service): Promise<Printed> {
    const printed = await this.apply(service);
    await this.ready(service.metadata.name);
    return printed;
  }

  async ready(service: string): Promise<void> {
    await this.kubectl('wait', `ksvc/${service}`, '--for=condition=Ready', `--timeout=${READY_SECONDS}s`);
  }

  /** The host name of a service at the gateway. */
  async hostOf(service: string): Promise<string> {
    const { stdout } = await this.kubectl('get', 'ksvc', service, '-o', 'jsonpath={.status.url}');
    return new URL(stdout).host;
  }

  /** The pods of a service, including those that are being deleted. */
  async pods(service: string): Promise<Pod[]> {
    const selector = encodeURIComponent(`serving.knative.dev/service=${service}`);
    const list = await get<{ items: Pod[] }>(`/api/v1/namespaces/${this.name}/pods?labelSelector=${selector}`);
    return list.items;
  }

  async alivePods(service: string): Promise<Pod[]> {
    return (await this.pods(service)).filter(isAlive);
  }

  /** Evicts a pod, as `kubectl drain` does. A PodDisruptionBudget may refuse this. */
  async evict(pod: Pod): Promise<void> {
    const { name } = pod.metadata;
    const status = await post(`/api/v1/namespaces/${this.name}/pods/${name}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace: this.name },
    });
    if (status !== 201) throw new Error(`Expected pod ${name} to be evicted, received status ${status}`);
  }

  /** Waits until the only pods left are being deleted, and requests for the service go to the activator. */
  async zero(service: string): Promise<void> {
    await until(`${service} without pods`, async () => (await this.alivePods(service)).length === 0, ZERO);
    const isBehindActivator = async () => {
      const path = `/apis/networking.internal.knative.dev/v1alpha1/namespaces/${this.name}/serverlessservices`;
      const { items } = await get<{ items: { spec: { mode: string }; status: { conditions: object[] } }[] }>(path);
      return items.every(({ spec }) => spec.mode === 'Proxy');
    };
    await until(`the activator in front of ${service}`, isBehindActivator, ZERO);
    await delay(3000); // until the gateway knows, too
  }

  /** The log lines of a container, each with its time. */
  async log(pod: string, container: string): Promise<{ readonly at: number; readonly line: string }[]> {
    const { stdout } = await this.kubectl('logs', pod, '-c', container, '--timestamps');
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const space = line.indexOf(' ');
        return { at: Date.parse(line.slice(0, space)), line: line.slice(space + 1) };
      });
  }
}

export function isAlive({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

/**
 * service.yaml with the image under test. `annotations` are annotations of the revision, without the autoscaling
 * prefix.
 */
export async function hoshiService(annotations: Readonly<Record<string, string>> = {}): Promise<Service> {
  const service = await readManifest<Service>('service.yaml');
  service.spec.template.spec.containers[0].image = image;
  for (const [name, value] of Object.entries(annotations))
    service.spec.template.metadata.annotations[`${AUTOSCALING}${name}`] = value;
  return service;
}

/** Reads a manifest of the repository that holds one object. The object has no namespace. */
export async function readManifest<T>(file: string): Promise<T> {
  const path = join(packageRoot, file);
  const { stdout } = await run('kubectl', ['create', '--dry-run=client', '-o', 'json', '-f', path]);
  const object = JSON.parse(stdout) as { metadata: { namespace?: string } };
  delete object.metadata.namespace; // kubectl adds its own
  return object as T;
}

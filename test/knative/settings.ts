/** What the tests are told by the environment. `test/knative/run` sets it where a cluster can be made for them; README.md here names it all. */
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';

/** The image under test, by a name that the cluster has or can pull. */
export const image = expectVariable('HOSHI_IMAGE', 'an image of hoshi that the cluster has or can pull');
/** A program that answers `GET /` at once, for comparison; cold starts have nothing to be held against without it. */
export const helloImage = process.env.HOSHI_HELLO_IMAGE;
/** Where requests go to, as `host` or `host:port`; without it, to the name that Knative gave the service. */
export const gateway = process.env.HOSHI_GATEWAY;
/** A folder that the cluster's nodes see as this machine does; no bulk job without it. */
export const sharedFolder = process.env.HOSHI_SHARED_FOLDER;
/** Whether to take the time that the figures of bench/README.md took. */
export const isFull = process.env.FULL === '1';
/** Why what hangs on a machine's speed is left out: those that are shared are slow at times, and that is nobody's fault. */
export const isNoMeasurement = isFull ? false : 'depends on how fast the machine is: FULL=1';
/** Where figures and plots are left. */
export const resultsFolder = join(packageRoot, 'build', 'knative');

function expectVariable(name: string, what: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`Expected ${name} to name ${what}, it is not set; \`make knative-test\` sets it where it can`);
}

/** Settings from the environment; README.md here lists them. `test/knative/run` sets them if it can start a cluster. */
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';

/** The image under test. The cluster has it or can pull it. */
export const image = expectVariable('HOSHI_IMAGE', 'an image of hoshi that the cluster has or can pull');
/** An image that answers `GET /` at once. Without it, cold starts have no comparison. */
export const helloImage = process.env.HOSHI_HELLO_IMAGE;
/** The gateway, as `host` or `host:port`. Without it, requests go to the name that Knative gave the service. */
export const gateway = process.env.HOSHI_GATEWAY;
/** A folder with the same path on the nodes and on this machine. Without it, the bulk job is skipped. */
export const sharedFolder = process.env.HOSHI_SHARED_FOLDER;
/** Whether to make the long runs, whose figures are in bench/README.md. */
export const isFull = process.env.FULL === '1';
/** The reason to skip tests that depend on the machine's speed, or false. Shared machines are slow at times. */
export const speedSkip = isFull ? false : 'depends on the speed of the machine: set FULL=1 to run it';
/** The folder for figures and plots. */
export const resultsFolder = join(packageRoot, 'build', 'knative');

function expectVariable(name: string, what: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`Expected ${name} to name ${what}, but it is not set. \`make knative-test\` sets it if it can`);
}

/**
 * The clock of the server. `performance.now()` gives the same times, but its first call loads node:perf_hooks, which adds
 * 1 ms to the start.
 */

const [firstSeconds, firstNanoseconds] = process.hrtime();
const firstMs = process.uptime() * 1000;

/** Milliseconds since the process began. They do not follow changes of the system's time. */
export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return firstMs + (seconds - firstSeconds) * 1000 + (nanoseconds - firstNanoseconds) / 1e6;
}

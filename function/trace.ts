/** The trace that a request belongs to: W3C's `traceparent`, or Google's `X-Cloud-Trace-Context`. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Trace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string | undefined;
  readonly isSampled: boolean;
}

export function traceOf(headers: IncomingHttpHeaders): Trace | undefined {
  const { traceparent, 'x-cloud-trace-context': google } = headers;
  const w3c = typeof traceparent === 'string' ? W3C.exec(traceparent) : null;
  if (w3c !== null) {
    const [, traceId = '', spanId = '', flags = ''] = w3c;
    if (!/^0+$/.test(traceId) && !/^0+$/.test(spanId))
      return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
  }
  const given = typeof google === 'string' ? GOOGLE.exec(google) : null;
  if (given === null) return undefined;
  const [, traceId = '', span, sampled] = given;
  const spanId = span === undefined ? undefined : BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
  return { traceId: traceId.toLowerCase(), spanId, isSampled: sampled === '1' };
}

// Version 00 is these four fields; a later one may have more behind them. Version ff is none.
const W3C = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const GOOGLE = /^([\da-fA-F]{32})(?:\/(\d{1,20}))?(?:;o=([01]))?$/;

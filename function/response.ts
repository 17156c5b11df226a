/** What a route answers with; the handler sends it. */
export interface HttpResponse {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export function json(value: object): HttpResponse {
  return { type: 'application/json', body: JSON.stringify(value) };
}

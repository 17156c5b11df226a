/** What a route answers with; the handler sends it. */
export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export function json(value: object): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

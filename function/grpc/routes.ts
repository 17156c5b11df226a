/** The routes of gRPC: one for each method. They are not in the OpenAPI document; the .proto files describe them. */
import { HttpError } from '../response.ts';
import type { Route } from '../route.ts';

const METHODS: Readonly<Record<string, readonly string[]>> = {
  'inference.GRPCInferenceService': [
    'ServerLive',
    'ServerReady',
    'ModelReady',
    'ServerMetadata',
    'ModelMetadata',
    'ModelInfer',
  ],
  'grpc.health.v1.Health': ['Check', 'Watch', 'List'],
};

export const grpcRoutes: readonly Route[] = Object.entries(METHODS).flatMap(([service, methods]) =>
  methods.map(
    (method): Route => ({
      method: 'POST',
      path: `/${service}/${method}`,
      id: `grpc${method}`,
      summary: `gRPC: ${service}.${method}`,
      response: 'anyObject',
      operation: async () => (await import('./call.ts')).calling(`/${service}/${method}`),
    }),
  ),
);

const byPath = new Map(grpcRoutes.map((route) => [route.path, route]));

/** The route of a call. Throws a 501 for an unknown method. */
export function grpcRoute(path: string | undefined): Route {
  const route = byPath.get(path ?? '');
  if (route !== undefined) return route;
  throw new HttpError(501, `Expected a method of ${Object.keys(METHODS).join(' or ')}, received another`);
}

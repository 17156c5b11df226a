/** The routes of gRPC: one for each method. They are not in the OpenAPI document; the .proto files describe them. */
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

import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import fastifyPlugin from 'fastify-plugin';
import { nameContracts } from '../openapi.js';

const DESCRIPTION = `Prune whole layers of a neural network until it fits a latency budget, verified on the real device.

Errors are problems (RFC 9457) with a stable \`code\`. Lists give \`nextCursor\`: pass it as \`cursor\`. Latencies are milliseconds, intervals are 95 %.`;

const TAGS = [
  { name: 'models', description: 'ONNX files and their blocks' },
  { name: 'scores', description: 'How much blocks matter, and the data that it is computed on' },
  { name: 'filters', description: 'Channels that go together, how much they matter, and recipes' },
  { name: 'candidates', description: 'Pruned models' },
  { name: 'artifacts', description: 'Files by their SHA-256' },
  { name: 'measurements', description: 'Latencies, profiles and scores on real devices' },
  { name: 'plans', description: 'From a budget to a verified, pruned model' },
  { name: 'comparisons', description: 'Whole layers or filters: the best of both at one measured latency' },
  { name: 'targets', description: 'Classes of devices' },
  { name: 'agents', description: 'The daemons on the devices' },
  { name: 'for agents', description: 'What agents tell the service' },
  { name: 'health', description: 'For whoever watches over the process' },
];

/** Describes every route registered after it: `/openapi.json`, and a page at `/docs` that needs nothing from outside. */
export const openapi = fastifyPlugin<{ readonly version: string }>(
  async (app, { version }) => {
    await app.register(fastifySwagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Espalier',
          version,
          description: DESCRIPTION,
          license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
        },
        tags: TAGS,
      },
      transformObject: (document) =>
        nameContracts('openapiObject' in document ? document.openapiObject : document.swaggerObject),
    });
    await app.register(fastifySwaggerUi, { routePrefix: '/docs', uiConfig: { deepLinking: true } });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi' },
);

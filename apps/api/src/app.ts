import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import type { Dependencies } from './dependencies.js';
import { openapi } from './plugins/openapi.js';
import { problems } from './plugins/problems.js';
import { uploads } from './plugins/uploads.js';
import { validatorCompiler } from './plugins/validation.js';
import { web } from './plugins/web.js';
import { agentRoutes } from './routes/agents.js';
import { artifactRoutes } from './routes/artifacts.js';
import { candidateRoutes } from './routes/candidates.js';
import { comparisonRoutes } from './routes/comparisons.js';
import { datasetRoutes } from './routes/datasets.js';
import { filterRoutes } from './routes/filters.js';
import { healthRoutes } from './routes/health.js';
import { inputRoutes } from './routes/inputs.js';
import { measurementRoutes } from './routes/measurements.js';
import { modelRoutes } from './routes/models.js';
import { planRoutes } from './routes/plans.js';
import { scoreRoutes } from './routes/scores.js';
import { targetRoutes } from './routes/targets.js';
import { VERSION } from './version.js';

/** A batch of a thousand measurements is well below it. */
const BODY_BYTES = 4 * 2 ** 20;

const v1 = [
  modelRoutes,
  candidateRoutes,
  artifactRoutes,
  inputRoutes,
  scoreRoutes,
  filterRoutes,
  datasetRoutes,
  measurementRoutes,
  targetRoutes,
  agentRoutes,
  planRoutes,
  comparisonRoutes,
];

/** The API as a Fastify instance that does not listen yet. Closing it ends the streams, and nothing else of `deps`. */
export async function buildApp(deps: Dependencies): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log,
    bodyLimit: BODY_BYTES,
    // Agents speak all the time; what is worth a line, plugins/problems.ts logs.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value)); // what we send was typed by its contract
  await app.register(problems, deps);
  await app.register(uploads);
  await app.register(openapi, { version: VERSION });
  if (deps.webDir !== null) await app.register(web, { webDir: deps.webDir });
  await app.register(healthRoutes, deps);
  for (const routes of v1) await app.register(routes, { ...deps, prefix: '/v1' });
  app.addHook('preClose', async () => deps.planStreams.close());
  return app;
}

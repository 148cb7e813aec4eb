import { type ArtifactCalls, artifactCalls } from './artifacts.js';
import { type CandidateCalls, candidateCalls } from './candidates.js';
import { type ComparisonCalls, comparisonCalls } from './comparisons.js';
import { type DatasetCalls, datasetCalls } from './datasets.js';
import { ClientError } from './error.js';
import { type AgentCalls, agentCalls, type TargetCalls, targetCalls } from './fleet.js';
import { type InputCalls, inputCalls } from './inputs.js';
import { type MeasurementCalls, measurementCalls } from './measurements.js';
import { type ModelCalls, modelCalls } from './models.js';
import { type PlanCalls, planCalls } from './plans.js';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.js';
import { createTransport } from './transport.js';

/** An API answers well within this; the first look at a big model's blocks takes the longest. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** Where the API is, and how to treat it. */
export interface ClientOptions {
  /** As in `http://127.0.0.1:8080`; empty in a browser: where the page came from. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Of calls that may be repeated without harm. `retries: 0` switches it off. */
  readonly retry?: Partial<RetryPolicy>;
  /** How long an answer may take; uploads and streams excepted. */
  readonly timeoutMs?: number;
  /** Numbers in [0, 1), for the length of pauses. */
  readonly random?: () => number;
}

/** The REST API, grouped by what it is about. */
export interface Client {
  readonly models: ModelCalls;
  readonly candidates: CandidateCalls;
  readonly artifacts: ArtifactCalls;
  readonly inputs: InputCalls;
  readonly datasets: DatasetCalls;
  readonly measurements: MeasurementCalls;
  readonly targets: TargetCalls;
  readonly agents: AgentCalls;
  readonly plans: PlanCalls;
  readonly comparisons: ComparisonCalls;
}

function checkedBaseUrl(baseUrl: string): string {
  const trimmed = baseUrl.replace(/\/+$/, '');
  if (trimmed === '' || (/^https?:\/\//.test(trimmed) && URL.canParse(trimmed))) return trimmed;
  throw new ClientError('base-url-invalid', `'${baseUrl}' is not the address of an API`, {
    hint: 'write it like http://127.0.0.1:8080',
  });
}

/**
 * Makes a client. It holds no connection and needs no closing.
 * @throws ClientError `base-url-invalid`
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport({
    baseUrl: checkedBaseUrl(options.baseUrl),
    // Browsers refuse a `fetch` that is called without its window.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    retry: { ...DEFAULT_RETRY, ...options.retry },
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    random: options.random ?? Math.random,
  });
  return {
    models: modelCalls(transport),
    candidates: candidateCalls(transport),
    artifacts: artifactCalls(transport),
    inputs: inputCalls(transport),
    datasets: datasetCalls(transport),
    measurements: measurementCalls(transport),
    targets: targetCalls(transport),
    agents: agentCalls(transport),
    plans: planCalls(transport),
    comparisons: comparisonCalls(transport),
  };
}

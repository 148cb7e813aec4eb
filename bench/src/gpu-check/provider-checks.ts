import { type GpuState, type MeasurementResult, resolveSpec } from '@espalier/contracts';
import { measure, MeasureError, profile, runOnce, type TensorValue } from '@espalier/measure';
import type { Check, ProviderChecks } from './check.js';
import type { CheckModels } from './models.js';

/** A provider that leaves more of the time than this to another one does not run the network. */
const MIN_SHARE_OF_TIME = 0.9;

/**
 * Outputs may differ by this share of the largest: NVIDIA's tensor cores keep 10 bits of a float32 (2⁻¹¹ = 0.0005 an
 * operand) by default, and a ResNet-50 adds up 50 layers of it.
 */
const MAX_RELATIVE_DIFFERENCE = 0.02;

/** Long enough for two looks at the GPU, which come every five seconds. */
const MEASURE_SECONDS = 7;
const QUICK_SECONDS = 2;

/** Fewer runs in that time are no measurement, but software that stands for a GPU may need a second a run. */
const MIN_RUNS = 5;

/** A few runs tell where kernels run. */
const PROFILE_SECONDS = 1;

/** Providers whose GPU is known, so that it is looked at while they are measured. */
const watched: readonly string[] = ['cuda', 'tensorrt'];

/** How much to do. */
export interface CheckOptions {
  readonly quick: boolean;
  readonly progress: (text: string) => void;
}

const text = (value: number): string => String(Number(value.toPrecision(4)));

async function checked(name: string, work: () => Promise<Omit<Check, 'name'>>): Promise<Check> {
  try {
    return { name, ...(await work()) };
  } catch (cause) {
    if (!(cause instanceof MeasureError)) throw cause;
    return { name, status: 'failed', detail: `${cause.code}: ${cause.message}` };
  }
}

function judged(passed: boolean, detail: string): Omit<Check, 'name'> {
  return { status: passed ? 'passed' : 'failed', detail };
}

/** The largest difference between two outputs, over the largest value of the second; infinite when they do not match. */
export function relativeDifference(
  outputs: Readonly<Record<string, TensorValue>>,
  expected: Readonly<Record<string, TensorValue>>,
): number {
  let difference = 0;
  let largest = 0;
  for (const [name, { data: wanted }] of Object.entries(expected)) {
    const data = outputs[name]?.data;
    if (data?.length !== wanted.length) return Number.POSITIVE_INFINITY;
    for (const [index, value] of wanted.entries()) {
      const apart = Math.abs(Number(data[index]) - Number(value));
      if (!Number.isFinite(apart)) return Number.POSITIVE_INFINITY;
      difference = Math.max(difference, apart);
      largest = Math.max(largest, Math.abs(Number(value)));
    }
  }
  return largest === 0 ? Number.POSITIVE_INFINITY : difference / largest;
}

function placement(provider: string, { resnetPath }: CheckModels): Promise<Check> {
  return checked('placement', async () => {
    const spec = resolveSpec({ provider, maxSeconds: PROFILE_SECONDS, processes: 1 });
    const { kernels, placement: counts } = await profile({ modelPath: resnetPath, spec });
    const whole = kernels.reduce((sum, { share }) => sum + share, 0);
    const own = kernels.reduce((sum, kernel) => sum + (kernel.provider === provider ? kernel.share : 0), 0);
    const where = Object.entries(counts).map(([name, count]) => `${count} on ${name}`);
    return judged(
      whole > 0 && own / whole >= MIN_SHARE_OF_TIME,
      `kernels: ${where.join(', ')}; ${text((100 * own) / whole)} % of their time on ${provider}`,
    );
  });
}

function agreement(provider: string, { resnetPath, image }: CheckModels): Promise<Check> {
  return checked('outputs', async () => {
    const expected = await runOnce(resnetPath, image);
    const difference = relativeDifference(await runOnce(resnetPath, image, { provider }), expected);
    return judged(
      difference <= MAX_RELATIVE_DIFFERENCE,
      `differ from the CPU's by ${text(difference)} of the largest (at most ${MAX_RELATIVE_DIFFERENCE})`,
    );
  });
}

async function fallback(provider: string, { fallbackPath }: CheckModels): Promise<Check> {
  const name = 'fallback';
  try {
    await measure({ subjectPath: fallbackPath, spec: resolveSpec({ provider, maxSeconds: 1, processes: 1 }) });
    return { name, status: 'failed', detail: 'a model that it cannot run was measured all the same' };
  } catch (cause) {
    if (!(cause instanceof MeasureError)) throw cause;
    return { name, ...judged(cause.code === 'provider-unavailable', `is an error: ${cause.code}: ${cause.message}`) };
  }
}

/** Whether nvidia-smi told before and after what it should, and looks in between did. */
export function environmentCheck(
  { provider, before, during, after }: MeasurementResult['environment'],
  quick: boolean,
): Check {
  const name = 'environment';
  const states = [before, after].map(({ gpus }) => gpus?.[0]);
  if (states.every((state) => state === undefined)) {
    return { name, status: 'skipped', detail: 'no nvidia-smi here, so nothing is told of the GPU' };
  }
  const missing = [states[0], states[1]].flatMap((state) => untold(state));
  const looks = during.filter(({ gpuClockMHz }) => gpuClockMHz !== undefined);
  const [clocks, heat] = [
    looks.map(({ gpuClockMHz = 0 }) => gpuClockMHz),
    looks.map(({ gpuTemperatureC = 0 }) => gpuTemperatureC),
  ];
  const seen = `${looks.length} looks meanwhile, clock ${clocks.join(' ')} MHz, ${heat.join(' ')} °C`;
  const told =
    missing.length === 0 ? 'clock, temperature and memory told before and after' : `not told: ${missing.join(', ')}`;
  return {
    name,
    ...judged(missing.length === 0 && (looks.length > 0 || quick || !watched.includes(provider)), `${told}; ${seen}`),
  };
}

/** Power is left out: small boards and virtual GPUs do not tell it. */
function untold(state: GpuState | undefined): readonly string[] {
  if (state === undefined) return ['everything'];
  const fields = ['clockMHz', 'maxClockMHz', 'temperatureC', 'memoryUsedBytes', 'memoryTotalBytes'] as const;
  return fields.filter((field) => state[field] === undefined);
}

/** Does every check of one provider, whatever the others come to. */
export async function checkProvider(
  provider: string,
  models: CheckModels,
  { quick, progress }: CheckOptions,
): Promise<ProviderChecks> {
  const say = (what: string) => progress(`${provider}: ${what}`);
  say(`measuring ${models.resnetName}`);
  let environment: Check = { name: 'environment', status: 'skipped', detail: 'nothing was measured' };
  const measured = await checked('measure', async () => {
    const maxSeconds = quick ? QUICK_SECONDS : MEASURE_SECONDS;
    const spec = resolveSpec({
      provider,
      precision: 0.0005,
      minRuns: MIN_RUNS,
      maxRuns: 1_000_000,
      maxSeconds,
      processes: 1,
    });
    const result = await measure({ subjectPath: models.resnetPath, spec });
    environment = environmentCheck(result.environment, quick);
    const { n, p50Ms, p50Ci } = result.subject;
    const codes = result.warnings.map(({ code }) => code).join(' ');
    const interval = p50Ci.map(text).join(' to ');
    return judged(
      n >= MIN_RUNS,
      `${models.resnetName} p50 ${text(p50Ms)} ms (${interval}), n ${n}${codes === '' ? '' : `, warnings: ${codes}`}`,
    );
  });
  say('profiling it');
  const placed = await placement(provider, models);
  say("comparing its outputs with the CPU's");
  const agreed = await agreement(provider, models);
  say('asking for what it cannot run');
  return { provider, checks: [measured, environment, placed, agreed, await fallback(provider, models)] };
}

import { Type, type Static } from 'typebox';
import { Interval, Timestamp } from './primitives.js';

/** What makes a number suspicious, as a code with its evidence; the sentence is made where it is shown. */
export const MeasurementWarning = Type.Object({
  code: Type.Union([
    Type.Literal('not-converged'),
    Type.Literal('few-runs'),
    Type.Literal('drift'),
    Type.Literal('thermal-drift'),
    Type.Literal('process-variance'),
    Type.Literal('warm-up-not-steady'),
    Type.Literal('pacing-missed'),
    Type.Literal('cpu-steal'),
    Type.Literal('other-load'),
    Type.Literal('cpu-throttled'),
    Type.Literal('cpu-quota'),
    Type.Literal('frequency-changed'),
    Type.Literal('governor-powersave'),
    Type.Literal('on-battery'),
    Type.Literal('gpu-throttled'),
    Type.Literal('gpu-shared'),
    Type.Literal('swap'),
    Type.Literal('memory-pressure'),
    Type.Literal('input-shape-assumed'),
    Type.Literal('provider-partial'),
  ]),
  evidence: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()])),
});
export type MeasurementWarning = Static<typeof MeasurementWarning>;

/** What a GPU looked like at one moment. Absent: its driver does not tell. */
export const GpuState = Type.Object({
  index: Type.Integer(),
  name: Type.String(),
  driver: Type.String(),
  clockMHz: Type.Optional(Type.Number()),
  maxClockMHz: Type.Optional(Type.Number()),
  memoryClockMHz: Type.Optional(Type.Number()),
  temperatureC: Type.Optional(Type.Number()),
  powerW: Type.Optional(Type.Number()),
  powerLimitW: Type.Optional(Type.Number()),
  utilisation: Type.Optional(Type.Number({ description: 'Share of the last moment in which a kernel ran, 0 to 1' })),
  memoryUsedBytes: Type.Optional(Type.Number()),
  memoryTotalBytes: Type.Optional(Type.Number()),
  throttleReasons: Type.Array(Type.String()),
  processes: Type.Optional(Type.Integer({ description: 'Processes that compute on it' })),
});
export type GpuState = Static<typeof GpuState>;

/** What a device looked like at one moment. Absent: this platform does not tell. */
export const EnvironmentSnapshot = Type.Object({
  at: Timestamp,
  cpuModel: Type.String(),
  logicalCores: Type.Integer(),
  virtualisation: Type.Optional(Type.String({ description: 'Hypervisor, when there is one' })),
  uptimeSeconds: Type.Optional(Type.Number()),
  affinity: Type.Optional(Type.String({ description: 'CPUs that the process may use, such as 0-1' })),
  governor: Type.Optional(Type.String()),
  frequencyDriver: Type.Optional(Type.String({ description: 'Of the kernel, such as intel_pstate' })),
  energyPreference: Type.Optional(
    Type.String({
      description: 'What the CPU itself prefers, such as balance_performance, where it sets its own frequency',
    }),
  ),
  turbo: Type.Optional(Type.Boolean({ description: 'The CPU may go beyond its base frequency' })),
  simultaneousThreads: Type.Optional(Type.Boolean({ description: 'Logical cores share physical ones' })),
  powerSource: Type.Optional(Type.Union([Type.Literal('mains'), Type.Literal('battery')])),
  frequencyMHz: Type.Optional(Type.Number({ description: 'Mean over the cores' })),
  maxFrequencyMHz: Type.Optional(Type.Number()),
  temperatureC: Type.Optional(Type.Number({ description: 'Of the hottest CPU sensor' })),
  energyJoules: Type.Optional(Type.Number({ description: 'Counter of the energy that the CPU packages used' })),
  load1: Type.Number({ description: 'One-minute load average' }),
  memoryTotalBytes: Type.Number(),
  memoryAvailableBytes: Type.Number(),
  swapUsedBytes: Type.Optional(Type.Number()),
  cpuPressure10: Type.Optional(
    Type.Number({ description: 'PSI: share of the last 10 s in which some task waited for a CPU, %' }),
  ),
  memoryPressure10: Type.Optional(Type.Number()),
  ioPressure10: Type.Optional(Type.Number()),
  cpuBusySeconds: Type.Optional(Type.Number({ description: 'CPU time used by all processes since boot' })),
  cpuStealSeconds: Type.Optional(Type.Number({ description: 'CPU time taken by the hypervisor since boot' })),
  throttleCount: Type.Optional(Type.Integer()),
  containerCpus: Type.Optional(Type.Number({ description: 'CPU limit of the container' })),
  containerMemoryBytes: Type.Optional(Type.Number()),
  containerThrottledSeconds: Type.Optional(
    Type.Number({ description: 'Counter of the time that the CPU limit of the container made us wait' }),
  ),
  gpus: Type.Optional(Type.Array(GpuState)),
});
export type EnvironmentSnapshot = Static<typeof EnvironmentSnapshot>;

/** One look at the device while it was measured. */
export const EnvironmentSample = Type.Object({
  atMs: Type.Number({ description: 'ms after `before`' }),
  frequencyMHz: Type.Optional(Type.Number()),
  temperatureC: Type.Optional(Type.Number()),
  cpuBusyShare: Type.Optional(Type.Number({ description: 'Of all cores, since the look before; 0 to 1' })),
  cpuStealShare: Type.Optional(Type.Number()),
  powerW: Type.Optional(Type.Number({ description: 'Of the CPU packages, since the look before' })),
  gpuClockMHz: Type.Optional(Type.Number()),
  gpuTemperatureC: Type.Optional(Type.Number()),
  gpuPowerW: Type.Optional(Type.Number()),
  gpuThrottleReasons: Type.Optional(Type.Array(Type.String())),
  gpuProcesses: Type.Optional(Type.Integer({ description: 'Processes that compute on the GPU, the probe among them' })),
});
export type EnvironmentSample = Static<typeof EnvironmentSample>;

/** How fast the device was with the canary, the fixed reference model, shortly before. */
export const CanaryStamp = Type.Object({ p50Ms: Type.Number(), p50Ci: Interval, at: Timestamp });
export type CanaryStamp = Static<typeof CanaryStamp>;

/** The device and the runtime of one measurement. */
export const MeasurementEnvironment = Type.Object({
  os: Type.String(),
  architecture: Type.String(),
  node: Type.String(),
  onnxruntime: Type.String(),
  provider: Type.String({ description: 'Execution provider that was used' }),
  before: EnvironmentSnapshot,
  during: Type.Array(EnvironmentSample, { description: 'About once a second, thinned out to 120 at most' }),
  after: EnvironmentSnapshot,
  canary: Type.Optional(CanaryStamp),
});
export type MeasurementEnvironment = Static<typeof MeasurementEnvironment>;

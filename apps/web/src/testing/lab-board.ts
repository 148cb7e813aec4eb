import { randomUUID } from 'node:crypto';
import type { Client, MeasurementInput } from '@espalier/client';
import type { Outcome } from '@espalier/contracts';

/** The target that only the board of a test serves. */
export const BOARD_TARGET = 'arm64-cpu';
export const BOARD_NAME = 'lab board';

/** A device that says what a test wants it to say: the API cannot tell it from an agent. */
export interface LabBoard {
  /** Asks for a measurement, takes it and delivers an outcome; the id of the measurement. */
  readonly deliver: (input: Omit<MeasurementInput, 'target'>, outcome: Outcome) => Promise<string>;
  /** Reports canaries of so many ms, ten minutes apart, the last one now. */
  readonly reportCanaries: (p50sMs: readonly number[]) => Promise<void>;
}

const TEN_MINUTES_MS = 600_000;

/** Enrols a board with the API of a client. */
export async function enrolBoard(client: Client): Promise<LabBoard> {
  const { agent } = await client.agents.enrol({
    id: randomUUID(),
    name: BOARD_NAME,
    targets: [BOARD_TARGET],
    version: '0.1.0',
    device: {
      hostname: 'board',
      os: 'Linux 6.1',
      architecture: 'arm64',
      cpuModel: 'Cortex-A76',
      logicalCores: 4,
      memoryBytes: 8e9,
      onnxruntime: '1.22.0',
      node: '22.0.0',
    },
  });
  const mine = { agentId: agent.id, attempt: 1 };
  return {
    deliver: async (input, outcome) => {
      const [created] = await client.measurements.create([{ ...input, target: BOARD_TARGET, fresh: true }]);
      if (created === undefined) throw new Error('the API made no measurement');
      const { id } = created.measurement;
      await client.measurements.claim(id, mine);
      await client.measurements.deliver(id, { ...mine, outcome });
      return id;
    },
    reportCanaries: async (p50sMs) => {
      const firstMs = Date.now() - (p50sMs.length - 1) * TEN_MINUTES_MS;
      await client.agents.reportCanary(agent.id, {
        readings: p50sMs.map((p50Ms, index) => ({
          target: BOARD_TARGET,
          at: new Date(firstMs + index * TEN_MINUTES_MS).toISOString(),
          outcome: { kind: 'measured', p50Ms, p50Ci: [p50Ms * 0.99, p50Ms * 1.01], runs: 100 },
        })),
      });
    },
  };
}

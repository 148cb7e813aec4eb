import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@espalier/client';

const CLI = fileURLToPath(new URL('../../../apps/cli/bin/espalier.js', import.meta.url));

/** A whole service on this machine, as `espalier up` starts it. */
export interface RunningService {
  readonly client: Client;
  close(): Promise<void>;
}

/** Starts `espalier up` on a free port with its data in a folder, and waits until it says where it is. */
export async function startService(folder: string): Promise<RunningService> {
  // The agent's own looks at the device would run beside the bare loops that it is compared with.
  const quiet = { ESPALIER_AGENT_CANARY_SECONDS: '0', ESPALIER_AGENT_CANARY_IDLE_SECONDS: '0' };
  const child = spawn(process.execPath, [CLI, 'up', '--port', '0', '--data', folder], {
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await exited;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^dashboard\s+(\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { client: createClient({ baseUrl: url }), close };
  }
  throw new Error('the service ended before it said where it listens');
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { type Service, startService } from './service.js';

/**
 * Starts a service of its own in a temporary folder, hands it to `use`, and stops and removes everything afterwards.
 * The signal that `use` is given is also raised when a process of the service ends by itself.
 */
export async function withEphemeralService<Result>(
  { targets }: { readonly targets: readonly string[] },
  { terminal, signal }: CommandContext,
  use: (service: Service, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'espalier-'));
  try {
    const service = await startService({
      dataDir,
      persistent: false,
      port: 0,
      targets,
      withAgent: true,
      signal,
      onStep: (step) => terminal.err(`starting ${step}`),
    });
    const broken = new AbortController();
    void service.broken.then((reason) => broken.abort(new CliError('process-failed', reason)));
    try {
      terminal.err(`dashboard ${service.apiUrl}`);
      return await use(service, AbortSignal.any([signal, broken.signal]));
    } finally {
      await service.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

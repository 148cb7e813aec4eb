import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { startGuard } from './guard.js';
import { guardOrdersIn } from './request.js';

/** Sends a message to the parent and waits until it is on its way. */
async function send(message: object): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Sends a message to the parent that may be lost: one that is gone has no use for it. */
function tell(message: object): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function endWithParent(): never {
  process.exit(1);
}

/**
 * The life of a guarded process: it watches over its memory and its parent, takes one request, gives one answer, and ends.
 * Call it once, at the top of the module that `runGuarded` starts.
 * @param answer makes the answer, and never rejects; through `tell` it can say how far it is
 */
export async function serveGuarded(
  answer: (request: unknown, tell: (message: object) => void) => Promise<object>,
): Promise<void> {
  const orders = guardOrdersIn(JSON.parse(process.argv[2] ?? 'null'));
  startGuard(orders);
  // A parent that is gone cannot remove the folder; one that is alive finds it removed.
  process.once('exit', () => rmSync(orders.workDir, { recursive: true, force: true }));
  process.once('disconnect', endWithParent);
  const [request]: unknown[] = await once(process, 'message');
  await send(await answer(request, tell));
  process.off('disconnect', endWithParent);
  process.disconnect();
}

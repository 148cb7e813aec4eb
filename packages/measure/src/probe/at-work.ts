import type { AtWork } from './messages.js';

/** Tells the parent what begins now. It is on its way at once, so it arrives even when the next thing is a crash. */
export function atWork(phase: AtWork['phase'], modelPath?: string): void {
  const message: AtWork = { kind: 'at-work', phase, ...(modelPath === undefined ? {} : { modelPath }) };
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

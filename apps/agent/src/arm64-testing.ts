import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const EMULATOR = 'qemu-aarch64-static';

/** Where scripts/arm64-root.sh puts the arm64 file system. */
export function arm64Root(env: Readonly<Record<string, string | undefined>>): string {
  return env['ESPALIER_ARM64_ROOT'] ?? join(homedir(), '.cache', 'espalier-arm64', 'root');
}

/** Why nothing can be run as on arm64 here; `undefined`: it can. */
export function arm64Missing(root: string): string | undefined {
  if (process.platform !== 'linux') return `user emulation is on Linux only, and this is ${process.platform}`;
  const node = join(root, 'usr', 'bin', 'node');
  if (!existsSync(node)) return `there is no ${node}: scripts/arm64-root.sh makes it`;
  try {
    execFileSync(EMULATOR, ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${EMULATOR} is not installed: apt-get install qemu-user-static`;
  }
}

/** A program that stands for Node on arm64. */
export interface EmulatedNode extends AsyncDisposable {
  readonly execPath: string;
}

/**
 * Makes a program that runs scripts as Node on arm64 does. Node starts child processes with `process.execPath`, a file that
 * this machine cannot run by itself, so inside it names the program again.
 */
export async function emulatedNode(root: string): Promise<EmulatedNode> {
  const dir = await mkdtemp(join(tmpdir(), 'espalier-arm64-'));
  const execPath = join(dir, 'node');
  const preload = join(dir, 'exec-path.cjs');
  await writeFile(preload, `process.execPath = ${JSON.stringify(execPath)};\n`);
  const command = [EMULATOR, '-L', root, join(root, 'usr', 'bin', 'node'), '--require', preload];
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  await writeFile(execPath, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  return { execPath, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

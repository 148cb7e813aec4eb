import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { step } from './progress.mjs';
import { npm, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** Installs the packages that package-lock.json names, unless they are there. */
export async function installDependencies() {
  if (isInstalled(packagesIn('package-lock.json'), packagesIn('node_modules/.package-lock.json'))) return;
  await step('installing dependencies with npm ci', async () => {
    const { ok, output } = await run([...npm(), 'ci', '--no-audit', '--no-fund'], {
      env: { npm_config_progress: 'false' },
    });
    if (!ok) throw explained(output);
  });
}

/**
 * Whether node_modules holds what the lock file names, by npm's own record of what it installed. npm writes the record last,
 * so an install that broke off has none; one that a person made counts, too.
 * @param {Record<string, LockEntry> | undefined} wanted @param {Record<string, LockEntry> | undefined} installed
 * @typedef {{ version?: string, optional?: boolean, peer?: boolean, link?: boolean }} LockEntry
 */
export function isInstalled(wanted, installed) {
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true; // the workspaces themselves
    const found = installed[path];
    if (found === undefined) return entry.optional === true; // made for another platform
    return found.version === entry.version && found.link === entry.link;
  });
}

/** @param {string} file */
function packagesIn(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/** @param {string} output */
function explained(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH/.test(output)) {
    return new SetupError('npm cannot reach its registry', {
      output,
      hint: 'check the network and npm’s proxy settings, then run this again; what was fetched is kept',
    });
  }
  if (output.includes('ENOSPC')) {
    return new SetupError('the disk is full', { output, hint: 'the packages need about 1 GB' });
  }
  return new SetupError('npm ci failed', { output });
}

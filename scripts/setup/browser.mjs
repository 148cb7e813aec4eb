import { existsSync, readFileSync } from 'node:fs';
import { onPath } from './programs.mjs';
import { note, step } from './progress.mjs';
import { run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function hasBrowser() {
  return onPath(...NAMES) !== undefined || MAC_PATHS.some((path) => existsSync(path));
}

/** Installs Debian's Chromium for the dashboard's tests where that is possible; else says that the browser tests will be skipped and why. */
export async function provideBrowser() {
  if (hasBrowser()) return;
  const reason = await installChromium();
  if (reason !== undefined) note(`browser tests will be skipped: ${reason}`);
}

/** @returns {Promise<string | undefined>} why there is still none */
async function installChromium() {
  // Ubuntu's package of that name is a snap, which does not run in containers.
  const isDebian = existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (!isDebian || process.getuid?.() !== 0) {
    return `no Chromium or Chrome is installed${isDebian ? ' (sudo apt-get install chromium)' : ''}`;
  }
  return step('installing Chromium for the browser tests', async () => {
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'];
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    if ((await run(install, { env })).ok) return undefined;
    await run(['apt-get', 'update'], { env });
    const { ok, output } = await run(install, { env });
    return ok ? undefined : `apt-get could not install it: ${output.trimEnd().split('\n').at(-1)}`;
  });
}

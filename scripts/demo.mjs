// npm run demo [-- OPTIONS]: sets everything up, then becomes `espalier demo OPTIONS`. In this very process, so that
// signals, the terminal and the exit code need no passing on.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { setUp } = await import('./setup/set-up.mjs');
await setUp();

const command = new URL('../apps/cli/bin/espalier.js', import.meta.url);
process.argv = [process.execPath, command.pathname, 'demo', ...process.argv.slice(2)];
await import(command.href);

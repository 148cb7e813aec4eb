// npm test [-- JEST OPTIONS]: sets everything up, checks style, format and types, then runs every test.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { setUp } = await import('./setup/set-up.mjs');
await setUp({ withBrowser: true });

const { runChecks } = await import('./test/checks.mjs');
const { removeStaleTests } = await import('./test/stale-tests.mjs');
const { runJest } = await import('./test/jest.mjs');
if (!(await runChecks())) process.exit(1);
removeStaleTests();
process.exitCode = await runJest(process.argv.slice(2));

// npm run setup [-- --with-browser]: brings a fresh clone to the point where everything runs; later runs take a second.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { setUp } = await import('./setup/set-up.mjs');
await setUp({ withBrowser: process.argv.includes('--with-browser') });

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What setup keeps beside the code: caches, stamps, its lock. Ignored by git; may be deleted at any time. */
export const STATE_DIR = join(ROOT, '.espalier');

export const CACHE_DIR = join(STATE_DIR, 'cache');

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Id, parserOf } from '@espalier/contracts';
import { AgentError } from './error.js';
import { writeWhole } from './write-whole.js';

const parseId = parserOf('the agent id', Id);

/**
 * The id of the agent that lives in `dir`: made on the first start, the same ever after.
 * @throws AgentError `folder-unusable` when it can neither be read nor made
 */
export async function readIdentity(dir: string): Promise<string> {
  const path = join(dir, 'agent-id');
  try {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return parseId(text.trim());
    const id = randomUUID();
    await writeWhole(path, `${id}\n`);
    return id;
  } catch (cause) {
    throw new AgentError('folder-unusable', `cannot read or make ${path}: ${String(cause)}`, {
      cause,
      hint: 'remove the file and the agent gets a new identity',
    });
  }
}

import { readFileSync } from 'node:fs';
import { parserOf } from '@espalier/contracts';
import { Type } from 'typebox';

const parsePackage = parserOf('package.json', Type.Object({ version: Type.String() }));

/** The version of this package. */
export const VERSION: string = parsePackage(
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')),
).version;

import { readFileSync } from 'node:fs';

/** What docs/warnings.md says of one code: the names in its line of evidence. */
export interface DocumentedWarning {
  readonly code: string;
  readonly evidence: readonly string[];
}

/** Headings of docs/warnings.md that are codes, each with the fields of its evidence. */
export function documentedWarnings(): readonly DocumentedWarning[] {
  const text = readFileSync(new URL('../../../../docs/warnings.md', import.meta.url), 'utf8');
  return text.split(/^## /m).flatMap((section) => {
    const [, code] = /^([a-z-]+)\n/.exec(section) ?? [];
    const [, evidence = ''] = /^- Evidence: ([^]*?)\n- /m.exec(section) ?? [];
    return code === undefined
      ? []
      : [{ code, evidence: [...evidence.matchAll(/`(\w+)`/g)].map(([, name = '']) => name) }];
  });
}

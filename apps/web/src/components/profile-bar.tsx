import type { ProfileResult } from '@espalier/contracts';
import { formatMs } from '../format/latency.js';
import { formatShare, UNKNOWN } from '../format/number.js';
import { percent } from '../scale/linear.js';
import { intensity } from '../scale/shares.js';
import { barStretches, type ProfilePart, profileParts } from '../state/profile-parts.js';
import { Stack } from './stack.js';
import { ShareBar } from './bars.js';
import { Legend } from './legend.js';
import styles from './profile-bar.module.css';
import { Table, type TableColumns } from './table.js';

const HEIGHT = 44;

const CLASSES: Readonly<Record<ProfilePart['kind'], string | undefined>> = {
  block: styles.block,
  rest: styles.rest,
  runtime: styles.runtime,
  unexplained: styles.unexplained,
};

const KINDS: readonly { readonly kind: ProfilePart['kind']; readonly text: string }[] = [
  { kind: 'block', text: 'blocks, in order of the run' },
  { kind: 'rest', text: 'kernels of no block' },
  { kind: 'runtime', text: 'onnxruntime itself' },
  { kind: 'unexplained', text: 'not accounted for' },
];

function Bar({ parts }: { readonly parts: readonly ProfilePart[] }) {
  const stretches = barStretches(parts);
  const largest = parts.toSorted((a, b) => b.share - a.share).slice(0, 3);
  const label = `Where the time of a run goes. The most: ${largest.map(({ name, share }) => `${name} ${formatShare(share)}`).join(', ')}. The table below has all parts.`;
  return (
    <svg className={styles.bar} height={HEIGHT} role="img" aria-label={label}>
      {stretches.map(({ part, from, to }, index) => (
        <rect
          key={part.key}
          className={`${CLASSES[part.kind]} ${part.kind === 'block' && index % 2 === 1 ? styles.odd : ''}`}
          x={percent(from)}
          width={percent(to - from)}
          height={HEIGHT}
        >
          <title>{`${part.name}: ${formatShare(part.share)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

const columnsFor = (largest: number): TableColumns<ProfilePart> => [
  { head: 'Part', cell: ({ name }) => <span className={styles.name}>{name}</span> },
  {
    head: 'Share',
    number: true,
    cell: ({ share }) => (
      <span className={styles.share}>
        {formatShare(share)}
        <ShareBar share={intensity(share, largest)} />
      </span>
    ),
  },
  {
    head: 'With the profiler on',
    number: true,
    cell: ({ medianMs }) => (medianMs === null ? UNKNOWN : formatMs(medianMs)),
  },
  { head: 'Kernels', number: true, cell: ({ kernels }) => kernels ?? UNKNOWN },
];

/** Where the time of a profiled run goes: a bar, and every part in a table. */
export function ProfileBar({ profile }: { readonly profile: ProfileResult }) {
  const parts = profileParts(profile);
  const largest = Math.max(...parts.map(({ share }) => share));
  return (
    <Stack>
      <Bar parts={parts} />
      <Legend
        items={KINDS.filter(({ kind }) => parts.some((part) => part.kind === kind)).map(({ kind, text }) => ({
          sign: (
            <svg width="14" height="14" aria-hidden="true">
              <rect className={CLASSES[kind]} width="14" height="14" rx="3" />
            </svg>
          ),
          text,
        }))}
      />
      <Table caption="Parts of the run" items={parts} keyOf={({ key }) => key} columns={columnsFor(largest)} />
    </Stack>
  );
}

import type { ProfiledKernel, ProfileResult } from '@espalier/contracts';
import { useState } from 'react';
import { formatMs } from '../format/latency.js';
import { formatShare } from '../format/number.js';
import { topKernels } from '../state/profile-parts.js';
import { Button } from './button.js';
import styles from './kernel-table.module.css';
import { Table, type TableColumns } from './table.js';

/** The first ones tell where the time goes; a model may have hundreds. */
const FIRST = 15;
/** Fused kernels may stand for many nodes. */
const NAMED_NODES = 4;

function nodesText(nodes: readonly string[]): string {
  if (nodes.length === 0) return 'added by onnxruntime';
  const others = nodes.length - NAMED_NODES;
  return `${nodes.slice(0, NAMED_NODES).join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}

const COLUMNS: TableColumns<ProfiledKernel> = [
  { head: 'Kernel', cell: ({ name }) => <code className={styles.name}>{name}</code> },
  { head: 'Share', number: true, cell: ({ share }) => formatShare(share) },
  { head: 'With the profiler on', number: true, cell: ({ medianMs }) => formatMs(medianMs) },
  { head: 'Operator', cell: ({ opType }) => opType },
  { head: 'Provider', cell: ({ provider }) => provider },
  { head: 'Nodes of the model', cell: ({ nodes }) => <span className={styles.nodes}>{nodesText(nodes)}</span> },
];

/** The kernels that take the most time, with the nodes of the model they do the work of. */
export function KernelTable({ profile }: { readonly profile: ProfileResult }) {
  const [all, setAll] = useState(false);
  const count = profile.kernels.length;
  return (
    <>
      <Table
        caption="Kernels"
        items={topKernels(profile, all ? count : FIRST)}
        keyOf={({ name, nodes }) => `${name} ${nodes.join(' ')}`}
        columns={COLUMNS}
      />
      {count > FIRST && !all ? (
        <div className={styles.more}>
          <Button onClick={() => setAll(true)}>Show all {count} kernels</Button>
        </div>
      ) : null}
    </>
  );
}

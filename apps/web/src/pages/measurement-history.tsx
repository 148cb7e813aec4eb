import type { Change, HistoryItem } from '@espalier/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Stack } from '../components/stack.js';
import { ChangeBadge } from '../components/badge.js';
import { Empty } from '../components/empty.js';
import { HistoryPlot } from '../components/history-plot.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { Table, type TableColumns } from '../components/table.js';
import { TimeAgo } from '../components/time-ago.js';
import { formatLatency, formatMs } from '../format/latency.js';
import { describeGrounds } from '../format/measurement.js';
import { UNKNOWN } from '../format/number.js';
import { formatRatio } from '../format/ratio.js';
import { historyQuery } from '../service/queries.js';
import { historyMarks } from '../state/history-marks.js';
import { viewOf } from '../state/view.js';

/** The newest so many are listed; the drawing has all. */
const LISTED = 20;

function ratioText({ ratio, ci }: Change): string {
  if (ratio === null || ci === null) return UNKNOWN;
  const { value, interval } = formatRatio({ value: ratio, ci });
  return `${value} (${interval})`;
}

const columnsFor = (hereId: string): TableColumns<HistoryItem> => [
  {
    head: 'When',
    cell: ({ measurementId, at }) =>
      measurementId === hereId ? (
        <span>
          <TimeAgo at={at} />, this one
        </span>
      ) : (
        <Link href={`/measurements/${measurementId}`}>
          <TimeAgo at={at} />
        </Link>
      ),
  },
  {
    head: 'Latency',
    number: true,
    cell: ({ valueMs, ci }) => {
      const { value, interval } = formatLatency(valueMs, ci);
      return `${value} (${interval})`;
    },
  },
  { head: 'Change', cell: ({ change }) => <ChangeBadge verdict={change.verdict} /> },
  { head: 'Over those before', number: true, cell: ({ change }) => ratioText(change) },
  { head: 'Judged', cell: ({ change }) => describeGrounds(change) },
  { head: 'Canary', number: true, cell: ({ canaryMs }) => (canaryMs === null ? UNKNOWN : formatMs(canaryMs)) },
  { head: 'Device', cell: ({ agentName }) => agentName ?? UNKNOWN },
  { head: 'Warnings', cell: ({ warnings }) => warnings.map(({ code }) => code).join(', ') || 'none' },
];

/** The results of the same subject, control, target and spec over time, and which of them really differ. */
export function MeasurementHistoryPart({ id }: { readonly id: string }) {
  const history = useQuery(historyQuery(id));
  return (
    <Section title="History" aside="Same subject, control, target and settings">
      <Shown
        view={viewOf(history, ({ items }) => items.length < 2)}
        what="the history"
        lines={3}
        onRetry={() => void history.refetch()}
        empty={<Empty title="Measured once">Measure it again, and a real change can be told from noise.</Empty>}
      >
        {({ items }) => (
          <Stack>
            <HistoryPlot marks={historyMarks({ items }, id)} />
            <Table
              caption="History"
              items={items.toReversed().slice(0, LISTED)}
              keyOf={({ measurementId }) => measurementId}
              columns={columnsFor(id)}
            />
          </Stack>
        )}
      </Shown>
    </Section>
  );
}

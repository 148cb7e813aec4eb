import type { BlockScore, GroupSensitivity, ScoreResult, ScoringSpec } from '@espalier/contracts';
import { Facts } from '../components/facts.js';
import { Section } from '../components/section.js';
import { Stack } from '../components/stack.js';
import { Table, type TableColumns } from '../components/table.js';
import { decimalsFor, formatCount, formatFixed, formatShare, UNKNOWN } from '../format/number.js';

const numberText = (value: number): string => formatFixed(value, decimalsFor(Math.abs(value)));

const BLOCKS: TableColumns<BlockScore> = [
  { head: 'Block', cell: ({ index }) => index },
  {
    head: 'Importance',
    number: true,
    cell: ({ importance }) => (importance === null ? UNKNOWN : numberText(importance)),
  },
  {
    head: 'Standard error',
    number: true,
    cell: ({ standardError }) => (standardError === undefined ? UNKNOWN : numberText(standardError)),
  },
  { head: 'Why it has none', cell: ({ reason = '' }) => reason },
];

const GROUPS: TableColumns<GroupSensitivity> = [
  { head: 'Filter group', cell: ({ group }) => <code>{group}</code> },
  { head: 'Share that can go', number: true, cell: ({ rate }) => formatShare(rate) },
  { head: 'Rates tried', number: true, cell: ({ curve }) => curve.length },
];

/** What a criterion found on calibration data: how much each block matters, or what each filter group can lose. */
export function MeasurementScores({
  score,
  scoring,
}: {
  readonly score: ScoreResult;
  readonly scoring: ScoringSpec | null;
}) {
  const { scores, groups, loss, accuracy, samples, passes } = score;
  return (
    <>
      <Section title="Calibration data" aside={scoring === null ? '' : `Scored by ${scoring.criterion}`}>
        <Stack>
          <Facts
            facts={[
              { term: 'Loss', value: loss === null ? UNKNOWN : numberText(loss), note: 'of the whole model' },
              { term: 'Accuracy', value: accuracy === null ? UNKNOWN : formatShare(accuracy) },
              { term: 'Samples', value: formatCount(samples) },
              { term: 'Passes', value: formatCount(passes), note: 'of a mini-batch' },
            ]}
          />
        </Stack>
      </Section>
      {scores.length === 0 ? null : (
        <Section title="Importance" aside="More is more important">
          <Table caption="Importance of blocks" items={scores} keyOf={({ index }) => String(index)} columns={BLOCKS} />
        </Section>
      )}
      {groups.length === 0 ? null : (
        <Section title="Sensitivity" aside="What each filter group can lose alone">
          <Table caption="Filter groups" items={groups} keyOf={({ group }) => group} columns={GROUPS} />
        </Section>
      )}
    </>
  );
}

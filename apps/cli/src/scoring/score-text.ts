import type { BlockScore, GroupSensitivity, ScoreResult } from '@espalier/contracts';
import type { Block } from '@espalier/pruning';
import { formatPercent, formatSeconds, significant } from '../output/format.js';
import { renderTable } from '../output/table.js';
import { warningText } from '../output/warning-text.js';

/** A block and its score, as `score` prints it. */
export interface ScoreRow extends BlockScore {
  readonly name: string;
  readonly removable: boolean;
}

/** The scores beside the names of their blocks. */
export const scoreRows = (blocks: readonly Block[], scores: readonly BlockScore[]): readonly ScoreRow[] =>
  scores.flatMap((score) => {
    const block = blocks.find(({ index }) => index === score.index);
    return block === undefined ? [] : [{ ...score, name: block.name, removable: block.removable }];
  });

/** Scores of blocks in a table, with standard errors where they are estimates. */
export function scoreText(criterion: string, rows: readonly ScoreRow[]): string {
  const estimated = rows.some(({ standardError }) => standardError !== undefined);
  return renderTable(
    [
      { heading: '#', align: 'right' },
      { heading: 'block' },
      { heading: criterion, align: 'right' },
      ...(estimated ? [{ heading: '± standard error', align: 'right' as const }] : []),
      { heading: 'removable' },
    ],
    rows.map(({ index, name, importance, standardError, reason, removable }) => [
      String(index),
      name,
      importance === null ? `does not apply${reason === undefined ? '' : `: ${reason}`}` : scoreDigits(importance),
      ...(estimated ? [standardError === undefined ? '' : scoreDigits(standardError)] : []),
      removable ? 'yes' : 'no',
    ]),
  );
}

/** Scores may be of any size. */
const scoreDigits = (value: number): string =>
  value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6) ? value.toExponential(3) : significant(value);

/** The largest rate of every filter group, in a table. */
export function sensitivityText(groups: readonly GroupSensitivity[]): string {
  return renderTable(
    [{ heading: 'filter group' }, { heading: 'largest rate', align: 'right' }, { heading: 'loss at rate' }],
    groups.map(({ group, rate, curve }) => [
      group,
      formatPercent(rate),
      curve
        .toSorted((a, b) => a.rate - b.rate)
        .map((point) => `${significant(point.loss)} at ${formatPercent(point.rate)}`)
        .join(', '),
    ]),
  );
}

/** What the scores on data rest on. */
export function scoredText({ samples, passes, loss, accuracy, wallSeconds, warnings }: ScoreResult): string {
  return [
    [
      `${samples} samples`,
      `${passes} passes of a mini-batch`,
      ...(loss === null ? [] : [`loss ${significant(loss)}`]),
      ...(accuracy === null ? [] : [`accuracy ${formatPercent(accuracy)}`]),
      formatSeconds(wallSeconds),
    ].join(', '),
    ...warnings.map((warning) => `⚠ ${warningText(warning)}`),
  ].join('\n');
}

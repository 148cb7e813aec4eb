import { type MeasuredModel, modelsOf, type Outcome } from '../measuring/outcome.js';
import { fromFastToSlow, type Standing, standing } from '../measuring/standing.js';
import { environmentText, factLines, inputsText, warningLines } from './environment-text.js';
import { formatPercent, significant } from './format.js';
import { latencyColumns, type ModelColumn } from './latency-table.js';
import { discardedFacts, reachedText } from './measurement-text.js';
import { renderTable } from './table.js';
import { styled } from './terminal.js';

type Comparison = Extract<Outcome, { kind: 'comparison' }>;

/** With more models than this, only the ratios to the fastest are listed: the pairs grow with the square. */
const MOST_FOR_ALL_PAIRS = 5;

function ratioText({ ratio, ci }: Standing): string {
  return `${significant(ratio)}× [${significant(ci[0])}, ${significant(ci[1])}]`;
}

function verdict({ ratio, different }: Standing): string {
  if (!different) return styled('dim', 'not told apart');
  if (ratio < 1) return styled('green', `faster by ${formatPercent(1 - ratio)}`);
  return styled('red', ratio < 2 ? `slower by ${formatPercent(ratio - 1)}` : 'slower');
}

/** Which pairs are told of, from fast to slow, the slower one first. */
function toldPairs(places: readonly number[]): readonly (readonly [a: number, b: number])[] {
  const all = places.flatMap((b, place) => places.slice(place + 1).map((a) => [a, b] as const));
  return places.length <= MOST_FOR_ALL_PAIRS ? all : all.filter(([, b]) => b === places[0]);
}

/** A comparison as a person reads it: from fast to slow, and which differences are real. */
export function comparisonText(outcome: Comparison): string {
  const { result, spec } = outcome;
  const models = modelsOf(outcome);
  const places = fromFastToSlow(result);
  const columns: readonly ModelColumn[] = [
    { heading: 'rank', align: 'right', cell: ({ rank }) => String(rank ?? '') },
    ...latencyColumns(spec.statistic),
  ];
  const named = (index: number): string => models[index]?.name ?? '';
  const pairRows = toldPairs(places).flatMap(([a, b]) => {
    const found = standing(result.pairs, a, b);
    return found === undefined ? [] : [[named(a), `: ${named(b)}`, ratioText(found), verdict(found)]];
  });
  const inOrder = places.flatMap((place) => models[place] ?? []);
  const loosest = inOrder.find(({ latency }) => !latency.converged) ?? inOrder[0];
  return [
    renderTable(
      columns,
      inOrder.map((model) => columns.map(({ cell }) => cell(model))),
    ),
    '',
    renderTable(
      [{ heading: 'really different?' }, { heading: '' }, { heading: `ratio of ${spec.statistic}` }, { heading: '' }],
      pairRows,
    ),
    styled('dim', confidenceText(result.pairs.length)),
    '',
    ...factLines([
      ...(loosest === undefined ? [] : [['reached', reachedText(loosest.latency, spec)] as const]),
      ['processes', processesText(inOrder)],
      ['inputs', inputsText(result.inputs)],
      ['device', environmentText(result.environment)],
      ...discardedFacts(result.discarded),
    ]),
    ...warningLines(result.warnings),
  ].join('\n');
}

function confidenceText(pairs: number): string {
  const holds = pairs === 1 ? 'the interval holds' : `the ${pairs} intervals of all pairs hold together`;
  return `Equal ranks are not told apart; ${holds} with 95 % confidence. All ran in the same rounds.`;
}

function processesText([first]: readonly MeasuredModel[]): string {
  const processes = first?.latency.processes.length ?? 0;
  return processes === 1
    ? 'one: what differs from one process to the next is not in the intervals'
    : `${processes} fresh ones, each with all models`;
}

// npm run bench                              lists the benchmarks
// npm run bench -- NAME [--json] [--quick]   runs one; with --check the exit code is 1 when a goal is missed
//   --seed N   other random choices          --case N   one case of a fuzz benchmark again
import { parseArgs } from 'node:util';
import { type Bench, meetsGoals, type Outcome } from './bench.js';
import { compare } from './compare.js';
import { fuzz } from './fuzz/fuzz.js';
import { currentCommit, describeMachine } from './machine.js';
import { aa } from './measurement/aa.js';
import { detect } from './measurement/detect.js';
import { overhead } from './measurement/overhead.js';
import { precision } from './measurement/precision.js';
import { profile } from './measurement/profile.js';
import { recipes } from './recipes/recipes.js';
import { solver } from './solver.js';
import { surgery } from './surgery.js';

const benches: readonly Bench[] = [overhead, aa, precision, detect, profile, solver, surgery, compare, recipes, fuzz];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    check: { type: 'boolean' },
    seed: { type: 'string' },
    case: { type: 'string' },
  },
});

const [name] = positionals;
const bench = benches.find((candidate) => candidate.name === name);

if (bench === undefined) {
  console.error(name === undefined ? 'Benchmarks:' : `There is no benchmark ${name}; there are:`);
  for (const { name: known, summary } of benches) console.error(`  ${known.padEnd(12)} ${summary}`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const outcome = await bench.run({
    quick: values.quick ?? false,
    progress: (text) => console.error(`… ${text}`),
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
    ...(values.case !== undefined && { only: Number(values.case) }),
  });
  for (const note of outcome.notes ?? []) console.error(`note: ${note}`);
  const met = meetsGoals(outcome.figures, bench.goals);
  console.log(values.json ? JSON.stringify(reportOf(bench, outcome, met)) : tableOf(bench, outcome));
  if (values.check && !met) process.exitCode = 1;
}

function reportOf(
  { name: benchName, goals }: Bench,
  { figures }: Outcome,
  met: boolean,
): Readonly<Record<string, unknown>> {
  return {
    bench: benchName,
    at: new Date().toISOString(),
    commit: currentCommit(),
    machine: describeMachine(),
    figures,
    goals,
    met,
  };
}

function tableOf({ goals }: Bench, { figures }: Outcome): string {
  return Object.entries(figures)
    .map(([figure, value]) => {
      const goal = goals[figure];
      const wanted = [
        goal?.atLeast === undefined ? '' : `≥ ${goal.atLeast}`,
        goal?.atMost === undefined ? '' : `≤ ${goal.atMost}`,
      ].join(' ');
      return `${figure.padEnd(24)} ${String(Number(value.toPrecision(4))).padStart(12)}  ${wanted}`.trimEnd();
    })
    .join('\n');
}

import { type Criterion, criteria } from '@espalier/pruning';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { criteriaText } from '../output/criteria-text.js';

const EXAMPLES = `
Examples:
  espalier criteria                all of them, with what they need
  espalier criteria --of filters   those for filters
  espalier criteria --json         with formulas and sources`;

/** `espalier criteria`: every way to judge importance, and what each needs. */
export function criteriaCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command('criteria')
    .summary('list the criteria for blocks and filters, with what each needs')
    .addOption(new Option('--of <what>', 'only those of blocks or of filters').choices(['blocks', 'filters']))
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(({ of, json }: { readonly of?: Criterion['of']; readonly json?: true }) => {
      const shown = criteria.filter((criterion) => of === undefined || criterion.of === of);
      terminal.out(json ? JSON.stringify(shown, undefined, 2) : criteriaText(shown));
    });
}

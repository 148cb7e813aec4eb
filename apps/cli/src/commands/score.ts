import { criteria, isFilterCriterion, isWeightCriterion, scoreBlocks } from '@espalier/pruning';
import type { Command } from 'commander';
import { analyse } from '../analysis.js';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { type ModelSource, withModel } from '../model-source.js';
import { criteriaText } from '../output/criteria-text.js';
import { scoreOnData } from '../scoring/score-on-data.js';
import { needsData, type ScoreOptions, withScoreOptions } from '../scoring/score-options.js';
import { scoredText, scoreRows, scoreText, sensitivityText } from '../scoring/score-text.js';

const EXAMPLES = `
Examples:
  espalier score resnet50 --criterion bn-scale
  espalier score net.onnx --criterion gate-taylor --data val.npz --samples 2048
  espalier score net.onnx --criterion sensitivity --data val.npz --threshold 0.02
  espalier score --list`;

/** `espalier score`: the importance of every block by one criterion, on this machine. */
export function scoreCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('score')
    .summary('score the importance of every block, by its weights or on calibration data')
    .argument('[model]', 'ONNX file, or a model of the zoo')
    .addHelpText('after', EXAMPLES);
  withScoreOptions(command).action((named: string | undefined, options: ScoreOptions) => run(named, options, context));
}

async function run(named: string | undefined, options: ScoreOptions, context: CommandContext): Promise<void> {
  if (options.list) {
    context.terminal.out(options.json ? JSON.stringify(criteria, undefined, 2) : criteriaText(criteria));
    return;
  }
  if (named === undefined) {
    throw new CliError('option-invalid', 'a model is missing', { hint: 'name an ONNX file, or a model of the zoo' });
  }
  const { criterion, data } = options;
  if (needsData(criterion)) {
    if (data === undefined) {
      throw new CliError('option-invalid', `${criterion} needs calibration data`, {
        hint: 'give --data FILE.npz; `espalier dataset` makes one of folders of images',
      });
    }
    await withModel(named, (source) => onData(source, data, options, context));
    return;
  }
  if (!isWeightCriterion(criterion)) throw unknownCriterion(criterion);
  if (data !== undefined) {
    throw new CliError('option-invalid', `${criterion} is computed from the weights; it takes no --data`);
  }
  await withModel(named, (source) => byWeights(source, options, context));
}

function unknownCriterion(criterion: string): CliError {
  if (criterion === 'ensemble') {
    return new CliError('criterion-unknown', 'the ensemble needs scores that a training job posts', {
      hint: 'post them to a service, then name it there: `espalier plan --criterion ensemble --server URL`',
    });
  }
  const names = criteria.filter(({ of }) => of === 'blocks').map(({ name }) => name);
  return new CliError(
    'criterion-unknown',
    isFilterCriterion(criterion)
      ? `${criterion} is a criterion for filters, not for blocks`
      : `there is no criterion ${criterion}`,
    { hint: `one of ${names.join(', ')}; \`espalier criteria\` says what each needs` },
  );
}

const analysisOptions = ({ input }: ScoreOptions, { signal }: CommandContext) => ({
  signal,
  ...(input === undefined ? {} : { inputShapes: input }),
});

async function byWeights(source: ModelSource, options: ScoreOptions, context: CommandContext): Promise<void> {
  const { criterion, reduction, granularity, seed, json } = options;
  if (!isWeightCriterion(criterion)) throw unknownCriterion(criterion);
  const { blocks } = await analyse(source, granularity, analysisOptions(options, context));
  const rows = scoreRows(blocks, [...scoreBlocks(source.model, blocks, criterion, { reduction, seed })]);
  context.terminal.out(
    json
      ? JSON.stringify({ criterion, reduction, granularity, scores: rows }, undefined, 2)
      : scoreText(criterion, rows),
  );
}

async function onData(
  source: ModelSource,
  data: string,
  options: ScoreOptions,
  context: CommandContext,
): Promise<void> {
  const { criterion, reduction, granularity, json } = options;
  const result = await scoreOnData(source, data, options, context);
  const { blocks } = await analyse(source, granularity, analysisOptions(options, context));
  const rows = scoreRows(blocks, result.scores);
  context.terminal.out(
    json
      ? JSON.stringify({ criterion, reduction, granularity, ...result, scores: rows }, undefined, 2)
      : [
          criterion === 'sensitivity' ? sensitivityText(result.groups) : scoreText(criterion, rows),
          '',
          scoredText(result),
        ].join('\n'),
  );
}

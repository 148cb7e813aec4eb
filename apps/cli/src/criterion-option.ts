import { ContractError, Criterion, parserOf } from '@espalier/contracts';
import { InvalidArgumentError } from 'commander';

const parse = parserOf('The criterion', Criterion);

/** Parser of an option that names a criterion: one of ours, or what a training job calls the scores that it posted. */
export function criterionName(text: string): Criterion {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause;
    throw new InvalidArgumentError('Give a name in lower case, digits and dashes; `espalier criteria` lists ours.');
  }
}

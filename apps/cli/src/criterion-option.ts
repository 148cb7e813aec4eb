import { Criterion } from '@espalier/contracts';
import { InvalidArgumentError } from 'commander';

const NAME = new RegExp(Criterion.pattern);

/** Parser of an option that names a criterion: one of ours, or what a training job calls the scores that it posted. */
export function criterionName(text: string): Criterion {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError('Give a name in lower case, digits and dashes; `espalier criteria` lists ours.');
}

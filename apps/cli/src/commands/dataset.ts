import { type ArraySource, writeDataset } from '@espalier/scoring';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { findImages, type ImageFolder } from '../dataset/image-folder.js';
import { type ImageForm, imageReader } from '../dataset/image-tensor.js';
import { CliError } from '../errors.js';
import { numberBetween, numbers, wholeNumberBetween } from '../options.js';
import { checkWritable, writeText } from '../output/files.js';
import { startProgress } from '../output/progress.js';

interface DatasetOptions {
  readonly out: string;
  readonly name: string;
  readonly size: number;
  readonly crop: number;
  readonly grey?: true;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  espalier dataset photos --out photos.npz                       a sub-folder for each class
  espalier dataset val --out val.npz --size 224 --crop 0.875 \\
    --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225             as for most networks of ImageNet
  espalier dataset digits --out digits.npz --size 28 --grey --name image
  espalier score net.onnx --criterion gate-taylor --data photos.npz`;

/** `espalier dataset`: calibration data from folders of images. */
export function datasetCommand(program: Command, context: CommandContext): void {
  program
    .command('dataset')
    .summary('make calibration data (.npz) of folders of images')
    .argument('<folder>', 'a sub-folder of images for each class, or one flat folder without classes')
    .requiredOption('--out <file>', 'where to write the .npz; the names of the classes go beside it, as .classes.json')
    .option('--name <input>', 'input of the model that the images are for', 'input')
    .option('--size <pixels>', 'width and height', wholeNumberBetween(1, 16_384), 224)
    .option(
      '--crop <share>',
      'share of the shorter side that the square in the middle keeps',
      numberBetween(0.01, 1),
      1,
    )
    .option('--grey', 'one channel instead of three')
    .option('--mean <values>', 'taken from the values, which are from 0 to 1: one, or one a channel', numbers, [0])
    .option('--std <values>', 'divides what is left', numbers, [1])
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: DatasetOptions) => run(folder, options, context));
}

function formOf({ size, crop, grey, mean, std }: DatasetOptions): ImageForm {
  const channels = grey ? 1 : 3;
  for (const [name, values] of Object.entries({ mean, std })) {
    if (values.length !== 1 && values.length !== channels) {
      throw new CliError('option-invalid', `--${name} has ${values.length} values for ${channels} channels`, {
        hint: channels === 1 ? 'give one' : 'give one, or three such as 0.485,0.456,0.406',
      });
    }
  }
  if (std.some((value) => value <= 0)) {
    throw new CliError('option-invalid', '--std divides, so that it must be above 0');
  }
  return { sizePx: size, crop, channels, mean, std };
}

async function run(folder: string, options: DatasetOptions, context: CommandContext): Promise<void> {
  const { out, name, json } = options;
  if (name === 'labels' || name === '') {
    throw new CliError('option-invalid', `--name ${name} cannot be an input: \`labels\` holds the classes`);
  }
  const form = formOf(options);
  await checkWritable([out]);
  const found = await findImages(folder);
  await writeImages(found, { form, name, out }, context);
  const classesFile = `${out.replace(/\.npz$/i, '')}.classes.json`;
  if (found.classes !== null) await writeText(classesFile, JSON.stringify(found.classes, undefined, 2));
  const report = {
    output: out,
    samples: found.images.length,
    classes: found.classes?.length ?? null,
    classesFile: found.classes === null ? null : classesFile,
    input: { name, shape: [found.images.length, form.channels, form.sizePx, form.sizePx] },
  };
  context.terminal.out(
    json
      ? JSON.stringify(report, undefined, 2)
      : [
          `${report.samples} images as ${name} [${report.input.shape.join(', ')}] float32${found.classes === null ? ', without labels' : `, labels of ${found.classes.length} classes`}`,
          `wrote ${out}${report.classesFile === null ? '' : ` and ${report.classesFile}`}`,
        ].join('\n'),
  );
}

/** Images that are decoded side by side, and in memory together. */
const READ_AT_ONCE = 8;

async function writeImages(
  { images, classes }: ImageFolder,
  { form, name, out }: { readonly form: ImageForm; readonly name: string; readonly out: string },
  { terminal, signal }: CommandContext,
): Promise<void> {
  const progress = startProgress(terminal);
  const read = await imageReader(form);
  async function* pixels(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < images.length; at += READ_AT_ONCE) {
      signal.throwIfAborted();
      const group = images.slice(at, at + READ_AT_ONCE);
      yield* await Promise.all(group.map(({ path }) => read(path)));
      const done = at + group.length;
      progress.update({ share: done / images.length, stage: 'reading images', detail: `${done}` });
    }
  }
  const inputs: ArraySource = {
    name,
    elementType: 'float32',
    shape: [images.length, form.channels, form.sizePx, form.sizePx],
    chunks: pixels(),
  };
  const labels: ArraySource = {
    name: 'labels',
    elementType: 'int64',
    shape: [images.length],
    chunks: [new Uint8Array(BigInt64Array.from(images, ({ label }) => BigInt(label ?? 0)).buffer)],
  };
  try {
    await writeDataset(out, classes === null ? [inputs] : [inputs, labels]);
  } finally {
    progress.stop();
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Comparison, Reinitialised } from '@espalier/contracts';
import { CliError } from '../errors.js';
import { writeText } from '../output/files.js';

/** Where the files of a comparison go. */
export interface CompareFolder {
  readonly layers: string;
  readonly filters: string;
  readonly plot: string;
  readonly report: string;
}

/** The report of a comparison, as `--json` prints it. */
export interface CompareReport {
  readonly comparison: Comparison;
  /** Weights of the two answers that their removal made anew, and that need training. */
  readonly reinitialised: { readonly layers: readonly Reinitialised[]; readonly filters: readonly Reinitialised[] };
  /** Null: not written. */
  readonly files: Readonly<Record<keyof CompareFolder, string | null>>;
  readonly wallSeconds: number;
}

/**
 * Makes the folder before any work is done, so that a path that cannot be written costs no measuring.
 * @throws CliError `output-not-writable`
 */
export async function prepareCompareFolder(folder: string): Promise<CompareFolder> {
  const paths = {
    layers: join(folder, 'best-layers.onnx'),
    filters: join(folder, 'best-filters.onnx'),
    plot: join(folder, 'comparison.svg'),
    report: join(folder, 'report.json'),
  };
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new CliError('output-not-writable', `cannot write into ${folder}: ${String(cause)}`, {
      cause,
      hint: 'choose another folder with --out',
    });
  }
  await writeText(paths.report, '');
  return paths;
}

/**
 * The report of a comparison that has ended. The recipes of its points are left to its two answers: a recipe names every
 * filter of the network.
 */
export function reportOf(
  comparison: Comparison,
  reinitialised: CompareReport['reinitialised'],
  folder: CompareFolder | undefined,
  wallSeconds: number,
): CompareReport {
  const { layers, filters, points } = comparison;
  return {
    comparison: { ...comparison, points: points.map(({ recipe: _recipe, ...point }) => point) },
    reinitialised,
    files: {
      layers: layers.best === null ? null : (folder?.layers ?? null),
      filters: filters.best === null ? null : (folder?.filters ?? null),
      plot: folder?.plot ?? null,
      report: folder?.report ?? null,
    },
    wallSeconds,
  };
}

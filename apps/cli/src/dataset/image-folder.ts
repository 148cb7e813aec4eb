import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.js';

/** An image and the class that it belongs to; null: there are no classes. */
export interface LabelledImage {
  readonly path: string;
  readonly label: number | null;
}

/** The images of a folder. */
export interface ImageFolder {
  /** By class, then by name. */
  readonly images: readonly LabelledImage[];
  /** Names of the sub-folders, sorted: the place of a name is its label. Null: the images lie in the folder itself. */
  readonly classes: readonly string[] | null;
}

const IMAGE = /\.(?:jpe?g|png|webp|gif|tiff?|avif)$/i;

/** By code units, as most programs that make class indices of folders do. */
const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);
const isVisible = ({ name }: Dirent): boolean => !name.startsWith('.');

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(isVisible).toSorted(byName);
  } catch (cause) {
    throw new CliError('images-missing', `${folder} cannot be read as a folder`, { cause });
  }
}

async function imagesIn(folder: string): Promise<readonly string[]> {
  const entries = await entriesOf(folder);
  return entries
    .filter((entry) => !entry.isDirectory() && IMAGE.test(entry.name))
    .map(({ name }) => join(folder, name));
}

/**
 * Finds images: a sub-folder for each class, or all in one folder without classes. A class without images keeps its label.
 * @throws CliError `images-missing`
 */
export async function findImages(folder: string): Promise<ImageFolder> {
  const entries = await entriesOf(folder);
  const classes = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const own = await imagesIn(folder);
  if (classes.length > 0 && own.length > 0) {
    throw new CliError('images-missing', `${folder} has images beside its folders, so their class is unknown`, {
      hint: 'move them into the folder of their class, or name a folder without others in it',
    });
  }
  const found =
    classes.length === 0
      ? own.map((path) => ({ path, label: null }))
      : (
          await Promise.all(
            classes.map(async (name, label) =>
              (await imagesIn(join(folder, name))).map((path): LabelledImage => ({ path, label })),
            ),
          )
        ).flat();
  if (found.length === 0) {
    throw new CliError('images-missing', `${folder} has no images`, {
      hint: 'one sub-folder for each class, or a flat folder, with .jpg, .png, .webp, .gif, .tif or .avif files',
    });
  }
  return { images: found, classes: classes.length === 0 ? null : classes };
}

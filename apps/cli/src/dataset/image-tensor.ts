import { CliError } from '../errors.js';

/** How an image becomes an input of a model. */
export interface ImageForm {
  /** Width and height, in pixels. */
  readonly sizePx: number;
  /** Share of the shorter side that the square in the middle keeps. */
  readonly crop: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3;
  /** Taken from each value, which is from 0 to 1; one for all channels, or one each. */
  readonly mean: readonly number[];
  /** Divides what is left. */
  readonly std: readonly number[];
}

/** Reads images one by one. */
export type ReadImage = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * A reader of images as float32, channels first, little-endian. The library is loaded here, so that other commands start
 * without it. The square in the middle is cut out; what an image says of its rotation is ignored, as most training code does.
 */
export async function imageReader(form: ImageForm): Promise<ReadImage> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  const { sizePx, crop, channels } = form;
  const coverPx = Math.max(sizePx, Math.round(sizePx / crop));
  const edgePx = Math.floor((coverPx - sizePx) / 2);
  return async (path) => {
    try {
      const { data, info } = await sharp(path)
        .removeAlpha()
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .resize(coverPx, coverPx, { fit: 'cover' })
        .extract({ left: edgePx, top: edgePx, width: sizePx, height: sizePx })
        .raw()
        .toBuffer({ resolveWithObject: true });
      if (info.channels !== channels) throw new Error(`it has ${info.channels} channels, not ${channels}`);
      return normalised(data, form);
    } catch (cause) {
      throw new CliError('image-unreadable', `${path} cannot be read as an image: ${String(cause)}`, {
        cause,
        hint: 'remove the file, or replace it',
      });
    }
  };
}

/** Interleaved bytes to planes of float32. */
function normalised(pixels: Uint8Array, { sizePx, channels, mean, std }: ImageForm): Uint8Array<ArrayBuffer> {
  const plane = sizePx * sizePx;
  const bytes = new Uint8Array(4 * channels * plane);
  const values = new DataView(bytes.buffer);
  for (let channel = 0; channel < channels; channel += 1) {
    const offset = mean[channel] ?? mean[0] ?? 0;
    const scale = std[channel] ?? std[0] ?? 1;
    for (let at = 0; at < plane; at += 1) {
      const value = ((pixels[at * channels + channel] ?? 0) / 255 - offset) / scale;
      values.setFloat32(4 * (channel * plane + at), value, true);
    }
  }
  return bytes;
}

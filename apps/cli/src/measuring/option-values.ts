import type { Pacing } from '@espalier/contracts';
import { InvalidArgumentError } from 'commander';

const IDLE = /^idle:(\d+(?:\.\d+)?)(ms|s)$/;
const RATE = /^rate:(\d+(?:\.\d+)?)\/s(?:,(constant|poisson))?$/;
const MAX_GAP_MS = 60_000;
const MAX_RATE = 100_000;

/** Reads `back-to-back`, `idle:50ms`, `rate:20/s` or `rate:20/s,poisson`. */
export function pacing(text: string): Pacing {
  if (text === 'back-to-back') return { kind: 'back-to-back' };
  const idle = IDLE.exec(text);
  const gapMs = Number(idle?.[1]) * (idle?.[2] === 's' ? 1000 : 1);
  if (gapMs > 0 && gapMs <= MAX_GAP_MS) return { kind: 'idle-gap', gapMs };
  const rate = RATE.exec(text);
  const perSecond = Number(rate?.[1]);
  if (perSecond > 0 && perSecond <= MAX_RATE) {
    return { kind: 'request-rate', perSecond, arrivals: rate?.[2] === 'poisson' ? 'poisson' : 'constant' };
  }
  throw new InvalidArgumentError(
    `Give back-to-back, idle:50ms (at most ${MAX_GAP_MS / 1000}s) or rate:20/s (at most ${MAX_RATE}/s), with ,poisson for arrivals at random.`,
  );
}

const CPU_LIST = /^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/;

/** Reads a list of CPUs such as `0-3,6`, as `taskset` takes it. */
export function cpuList(text: string): string {
  if (CPU_LIST.test(text)) return text;
  throw new InvalidArgumentError('Give CPUs such as 0-3,6.');
}

type OptionValue = string | number | boolean;

function valueOf(text: string): OptionValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Collects `--provider-option key=value`; numbers, true and false are read as such. */
export function providerOption(
  text: string,
  previous: Readonly<Record<string, OptionValue>> = {},
): Readonly<Record<string, OptionValue>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give a name and a value, such as deviceId=0.');
  return { ...previous, [text.slice(0, at)]: valueOf(text.slice(at + 1)) };
}

/** Parser of an option that is `auto` or a number of processes. */
export function processes(text: string): number | 'auto' {
  const count = Number(text);
  if (text === 'auto') return 'auto';
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new InvalidArgumentError('Give auto, or a number of processes from 1 to 64.');
}

/** Parser of one whole number or several, such as `1,2,4`: each once, in the order given. */
export function wholeNumbers(minimum: number, maximum: number): (text: string) => readonly number[] {
  return (text) => {
    const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    if (values.every((value) => Number.isInteger(value) && value >= minimum && value <= maximum)) {
      return [...new Set(values)];
    }
    throw new InvalidArgumentError(
      `Give whole numbers from ${minimum} to ${maximum}, such as ${minimum || 1} or 1,2,4.`,
    );
  };
}

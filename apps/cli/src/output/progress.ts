import cliProgress from 'cli-progress';
import { formatSeconds } from './format.js';
import type { Terminal } from './terminal.js';

/** How far something is. */
export interface ProgressState {
  /** Share that is done, 0 to 1. */
  readonly share: number;
  /** What is being done. */
  readonly stage: string;
  /** Figures that change all the time. */
  readonly detail?: string | undefined;
  /** Undefined: not known. */
  readonly remainingSeconds?: number | undefined;
}

/** A progress display: a bar for a person, a line now and then for a log. */
export interface Progress {
  update(state: ProgressState): void;
  stop(): void;
}

const BAR_STEPS = 1000;
const LOG_EVERY_MS = 10_000;

/** Starts a progress display on the error stream of `terminal`. */
export function startProgress(terminal: Terminal, now: () => number = Date.now): Progress {
  return terminal.interactive ? bar() : log(terminal, now);
}

const detailText = ({ detail, remainingSeconds }: ProgressState): string =>
  (detail === undefined ? '' : `, ${detail}`) +
  (remainingSeconds === undefined ? '' : `, about ${formatSeconds(remainingSeconds)} left`);

function bar(): Progress {
  const display = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}%  {text}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
      linewrap: false,
    },
    cliProgress.Presets.shades_classic,
  );
  display.start(BAR_STEPS, 0, { text: '' });
  return {
    update: (state) =>
      display.update(Math.round(Math.min(1, Math.max(0, state.share)) * BAR_STEPS), {
        text: state.stage + detailText(state),
      }),
    stop: () => display.stop(),
  };
}

function log(terminal: Terminal, now: () => number): Progress {
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastStage = '';
  return {
    update: (state) => {
      if (state.stage === lastStage && now() - lastAt < LOG_EVERY_MS) return;
      lastAt = now();
      lastStage = state.stage;
      terminal.err(`${String(Math.round(state.share * 100)).padStart(3)} %  ${state.stage}${detailText(state)}`);
    },
    stop: () => undefined,
  };
}

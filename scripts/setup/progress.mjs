const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

/** Everything goes to stderr: stdout belongs to the command that set things up. */
const { stderr } = process;

/**
 * Shows that a step is being done and how long it took: a spinner on a terminal, plain lines elsewhere.
 * @template T @param {string} label what is being done @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function step(label, work) {
  const begin = performance.now();
  const seconds = () => Math.round((performance.now() - begin) / 1000);
  const spinning = stderr.isTTY ? spin(() => `${label} (${seconds()} s)`) : undefined;
  if (spinning === undefined) stderr.write(`${label} …\n`);
  try {
    const result = await work();
    spinning?.stop();
    stderr.write(`✓ ${label} (${seconds()} s)\n`);
    return result;
  } catch (error) {
    spinning?.stop();
    stderr.write(`✗ ${label} (${seconds()} s)\n`);
    throw error;
  }
}

/** One line of information. @param {string} text */
export function note(text) {
  stderr.write(`${text}\n`);
}

/** @param {() => string} text */
function spin(text) {
  let frame = 0;
  const draw = () => {
    frame += 1;
    stderr.write(`\r\x1b[K${FRAMES[frame % FRAMES.length]} ${text()}`);
  };
  draw();
  const timer = setInterval(draw, FRAME_MS);
  return {
    stop() {
      clearInterval(timer);
      stderr.write('\r\x1b[K');
    },
  };
}

/** Longer messages of onnxruntime hold stack traces and whole node lists. */
const MAX_LENGTH = 500;

/** Where in its own source onnxruntime failed, and which of its assertions: it says nothing to a user. */
const sourceLocation = /^\/onnxruntime_src\/\S+ .*? was false\. /;

/** The message of whatever was thrown, in one line. */
export function oneLine(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const text = message.replaceAll(/\s+/g, ' ').trim().replace(sourceLocation, '');
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

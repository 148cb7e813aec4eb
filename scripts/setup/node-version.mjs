// Imported before anything else and kept in plain old syntax, so that an old Node reads this file and prints the line.

/** Ends the process with one line when this Node is too old for the project or for what it is built on. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) return;
  console.error(
    'Espalier needs Node 20.19, 22.12, 24 or newer; this is Node ' + process.versions.node + '. See https://nodejs.org',
  );
  process.exit(1);
}

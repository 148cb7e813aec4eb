// Keeps one core busy, on and off, for random spells: what a neighbour on the same machine does. Ends with its parent.
const SPELL_MS = { min: 300, max: 3000 };

process.once('disconnect', () => process.exit(0));

const spellMs = (): number => SPELL_MS.min + Math.random() * (SPELL_MS.max - SPELL_MS.min);

for (;;) {
  const untilMs = performance.now() + spellMs();
  while (performance.now() < untilMs) {
    const sliceMs = performance.now() + 20;
    while (performance.now() < sliceMs) Math.sqrt(Math.random());
    await new Promise((resolve) => setImmediate(resolve)); // hears of its parent's end
  }
  await new Promise((resolve) => setTimeout(resolve, spellMs()));
}

import { Dice } from './dice.js';

const MOST_CHANGES = 8;

/**
 * A damaged copy of a file: bytes changed, a range removed, doubled, moved or filled, or the end cut off. Structure is not
 * looked at, so most of the damage is found by whoever checks the wire format.
 */
export function mutateBytes(file: Uint8Array, random: () => number): Uint8Array {
  const dice = new Dice(random);
  const [start = 0, end = 0] = [dice.below(file.length + 1), dice.below(file.length + 1)].sort((a, b) => a - b);
  const target = dice.below(file.length + 1);
  const cut = file.subarray(start, end);
  switch (dice.below(6)) {
    case 0:
      return Buffer.concat([file.subarray(0, start), file.subarray(end)]);
    case 1:
      return Buffer.concat([file.subarray(0, end), cut, file.subarray(end)]);
    case 2:
      return Buffer.concat([file.subarray(0, target), cut, file.subarray(target)]);
    case 3:
      return file.subarray(0, target);
    case 4:
      return Uint8Array.from(file).fill(dice.pick([0, 0x80, 0xff]) ?? 0, start, Math.min(end, start + 12));
    default:
      return withChangedBytes(file, dice);
  }
}

function withChangedBytes(file: Uint8Array, dice: Dice): Uint8Array {
  const changed = Uint8Array.from(file);
  for (let change = dice.below(MOST_CHANGES); change >= 0; change--) changed[dice.below(file.length)] = dice.below(256);
  return changed;
}

import { clone, create, type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { isReflectMessage, reflect, type ReflectList, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { Dice } from './dice.js';

const INTEGERS = [0n, 1n, 2n, 3n, 7n, -1n, -2n, 255n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 40n, 2n ** 62n, 2n ** 63n - 1n];
const NUMBERS = [0, 1, -1, 0.5, 1e38, 5e-324, Number.NaN, Number.POSITIVE_INFINITY];
const TEXTS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'ai.onnx',
  'com.microsoft',
  '../secret',
  '/etc/passwd',
  'a\0b',
  '$&',
  'x'.repeat(5000),
];
const LONGEST_LIST = 200;

/** Every message inside another one, itself included, with what the schema says about it. */
export function messagesIn(root: ReflectMessage): readonly ReflectMessage[] {
  const found: ReflectMessage[] = [];
  const open = [root];
  for (let message = open.pop(); message; message = open.pop()) {
    found.push(message);
    for (const field of message.fields) if (message.isSet(field)) open.push(...messagesOf(message, field));
  }
  return found;
}

function messagesOf(message: ReflectMessage, field: DescField): readonly ReflectMessage[] {
  if (field.fieldKind === 'message') return [message.get(field)];
  return field.fieldKind === 'list' && field.listKind === 'message'
    ? [...listOf(message, field)].filter((item) => isReflectMessage(item))
    : [];
}

/** Every text of the model: names above all. */
export function textsIn(messages: readonly ReflectMessage[]): readonly string[] {
  const texts = new Set<string>();
  for (const message of messages) {
    for (const field of message.fields) {
      if (field.scalar !== ScalarType.STRING || !message.isSet(field)) continue;
      const value: unknown = message.get(field);
      for (const text of typeof value === 'string' ? [value] : listOf(message, field)) texts.add(String(text));
    }
  }
  return [...texts];
}

/** Changes one field of one message to something that its type allows, and nobody expects. */
export function mutateField(messages: readonly ReflectMessage[], dice: Dice): void {
  const message = dice.pick(messages);
  // Mostly a field that the message has; now and then one that it has not.
  const present = message?.fields.filter((field) => message.isSet(field)) ?? [];
  const field = dice.pick(dice.chance(0.8) && present.length > 0 ? present : (message?.fields ?? []));
  if (!message || !field) return;
  if (dice.chance(0.15)) message.clear(field);
  else if (field.fieldKind === 'list') mutateList(listOf(message, field), field, messages, dice);
  else message.set(field, anyValue(field, messages, dice));
}

function mutateList(list: ReflectList, field: DescField, messages: readonly ReflectMessage[], dice: Dice): void {
  const items = [...list];
  const position = dice.below(items.length);
  const item = items[position];
  switch (dice.below(6)) {
    case 0:
      items.splice(position, 1);
      break;
    case 1:
      if (item !== undefined) items.push(isReflectMessage(item) ? copyOf(item) : item);
      break;
    case 2:
      items.reverse();
      break;
    case 3:
      items.push(...Array.from({ length: dice.below(LONGEST_LIST) }, () => anyValue(field, messages, dice)));
      break;
    default:
      items[position] = anyValue(field, messages, dice);
  }
  list.clear();
  for (const each of items) list.add(each);
}

/** A value that the field, or an element of it, may have. */
function anyValue(field: DescField, messages: readonly ReflectMessage[], dice: Dice): unknown {
  if (field.message) return anyMessage(field.message, messages, dice);
  switch (field.scalar) {
    case ScalarType.INT64:
      return dice.pick(INTEGERS);
    case ScalarType.UINT64:
      return BigInt.asUintN(64, dice.pick(INTEGERS) ?? 0n);
    case ScalarType.INT32:
      return dice.chance(0.7) ? dice.below(28) : Number(BigInt.asIntN(32, dice.pick(INTEGERS) ?? 0n));
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return dice.pick(NUMBERS);
    case ScalarType.STRING:
      return (
        dice.pick(dice.chance(0.7) ? textsIn([dice.pick(messages), dice.pick(messages)].filter(isMessage)) : TEXTS) ??
        ''
      );
    default:
      return Uint8Array.from({ length: dice.below(40) }, () => dice.below(256));
  }
}

const isMessage = (message: ReflectMessage | undefined): message is ReflectMessage => message !== undefined;

/** Another message of the same type, copied so that none contains itself, or an empty one. */
function anyMessage(desc: DescMessage, messages: readonly ReflectMessage[], dice: Dice): ReflectMessage {
  const alike = dice.pick(messages.filter((message) => message.desc === desc));
  return alike && dice.chance(0.8) ? copyOf(alike) : reflect(desc, create(desc));
}

function copyOf({ desc, message }: ReflectMessage): ReflectMessage {
  const copy: Message = clone(desc, message);
  return reflect(desc, copy);
}

function listOf(message: ReflectMessage, field: DescField): ReflectList {
  if (field.fieldKind !== 'list') throw new TypeError(`${field.name} is no list`);
  return message.get(field);
}

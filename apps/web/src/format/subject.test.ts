import { expect, test } from '@jest/globals';
import { subjectName } from './subject.js';

const models = new Map([['a'.repeat(64), { name: 'resnet50' }]]);

test('a model is called by its name, a candidate by the name of its model', () => {
  expect(subjectName('a'.repeat(64), undefined, models)).toBe('resnet50');
  expect(subjectName('b'.repeat(64), { modelId: 'a'.repeat(64) }, models)).toBe('resnet50, pruned');
});

test('an artifact of no known model is called by its hash', () => {
  expect(subjectName('b'.repeat(64), undefined, models)).toBe('artifact bbbbbbbbbb');
  expect(subjectName('b'.repeat(64), { modelId: 'c'.repeat(64) }, models)).toBe('artifact bbbbbbbbbb');
});

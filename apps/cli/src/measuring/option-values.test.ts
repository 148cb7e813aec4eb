import { expect, test } from '@jest/globals';
import { cpuList, pacing, processes, providerOption, wholeNumbers } from './option-values.js';

test.each([
  ['back-to-back', { kind: 'back-to-back' }],
  ['idle:50ms', { kind: 'idle-gap', gapMs: 50 }],
  ['idle:1.5s', { kind: 'idle-gap', gapMs: 1500 }],
  ['rate:20/s', { kind: 'request-rate', perSecond: 20, arrivals: 'constant' }],
  ['rate:0.5/s,poisson', { kind: 'request-rate', perSecond: 0.5, arrivals: 'poisson' }],
])('pacing %s is read', (text, expected) => {
  expect(pacing(text)).toEqual(expected);
});

test.each(['', 'fast', 'idle:50', 'idle:0ms', 'idle:61s', 'rate:20', 'rate:0/s', 'rate:20/s,often'])(
  '%j is no pacing, and the error shows one of each kind',
  (text) => {
    expect(() => pacing(text)).toThrow(/back-to-back, idle:50ms .* rate:20\/s/);
  },
);

test('options of a provider are collected, and numbers and truths are read as such', () => {
  const first = providerOption('deviceId=0');
  expect(providerOption('trt_fp16_enable=true', providerOption('name=a=b', first))).toEqual({
    deviceId: 0,
    name: 'a=b',
    trt_fp16_enable: true,
  });
  expect(providerOption('path=')).toEqual({ path: '' });
  expect(() => providerOption('=1')).toThrow(/deviceId=0/);
});

test('lists of numbers keep their order, each once, and name their range', () => {
  expect(wholeNumbers(1, 64)('4,1,4,2')).toEqual([4, 1, 2]);
  for (const bad of ['', '1,', '0', '65', '1.5', 'a']) expect(() => wholeNumbers(1, 64)(bad)).toThrow(/from 1 to 64/);
});

test('CPUs and processes are read, anything else is refused', () => {
  expect(cpuList('0-3,6')).toBe('0-3,6');
  expect(() => cpuList('all')).toThrow(/0-3,6/);
  expect(processes('auto')).toBe('auto');
  expect(processes('5')).toBe(5);
  for (const bad of ['0', '65', 'many']) expect(() => processes(bad)).toThrow(/auto/);
});

import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createClient } from './index.js';
import {
  downloadArtifact,
  type TransferProgress,
  uploadCandidateFile,
  uploadDatasetFile,
  uploadInputFile,
  uploadModelFile,
} from './node.js';
import { modelAnswer, PLAN_ID, problem, sendJson, SHA, startTestServer } from './testing.js';

const ONCE = { retries: 0 };
const bytes = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'espalier-client-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a file is uploaded in pieces, its progress told', async () => {
  const path = join(dir, 'net.onnx');
  await writeFile(path, bytes);
  await using server = await startTestServer((_request, response) => sendJson(response, 201, modelAnswer()));
  const heard: TransferProgress[] = [];
  await uploadModelFile(createClient({ baseUrl: server.baseUrl }), path, { onProgress: (now) => heard.push(now) });
  expect(server.seen[0]?.url).toBe('/v1/models?name=net.onnx');
  expect(server.seen[0]?.body.equals(bytes)).toBe(true);
  expect(heard.length).toBeGreaterThan(1);
  expect(heard.at(-1)).toEqual({ bytes: bytes.length, totalBytes: bytes.length });
});

test('input data is uploaded from a file', async () => {
  const path = join(dir, 'data.npz');
  await writeFile(path, bytes);
  const answer = {
    sha256,
    sizeBytes: bytes.length,
    arrays: [{ name: 'input', elementType: 'float32', shape: [1, 3] }],
  };
  await using server = await startTestServer((_request, response) => sendJson(response, 200, answer));
  expect(await uploadInputFile(createClient({ baseUrl: server.baseUrl }), path)).toEqual(answer);
  expect(server.seen[0]?.url).toBe('/v1/inputs');
  expect(server.seen[0]?.body.equals(bytes)).toBe(true);
});

test('calibration data is uploaded from a file', async () => {
  const path = join(dir, 'data.npz');
  await writeFile(path, bytes);
  const answer = { sha256, sizeBytes: bytes.length, samples: 4, classes: null, arrays: [] };
  await using server = await startTestServer((_request, response) => sendJson(response, 201, answer));
  expect(await uploadDatasetFile(createClient({ baseUrl: server.baseUrl }), path)).toEqual(answer);
  expect(server.seen[0]?.url).toBe('/v1/datasets');
  expect(server.seen[0]?.body.equals(bytes)).toBe(true);
});

test('an upload is repeated from its start when the API is busy', async () => {
  const path = join(dir, 'net.onnx');
  await writeFile(path, bytes);
  await using server = await startTestServer((_request, response, count) => {
    if (count === 0) sendJson(response, 503, problem(503, 'not-ready'));
    else
      sendJson(response, 201, {
        id: PLAN_ID,
        modelId: SHA,
        recipe: null,
        reinitialised: [],
        artifact: SHA,
        sizeBytes: 3,
        parameters: 1,
        macs: 1,
        createdAt: '2026-01-01T00:00:00Z',
      });
  });
  const client = createClient({ baseUrl: server.baseUrl, retry: { retries: 1, baseMs: 1 } });
  await expect(uploadCandidateFile(client, SHA, path)).resolves.toMatchObject({ recipe: null });
  expect(server.seen.map(({ body }) => body.equals(bytes))).toEqual([true, true]);
});

test('a file that is not there is a clear error and no request', async () => {
  await using server = await startTestServer((_request, response) => sendJson(response, 201, modelAnswer()));
  const client = createClient({ baseUrl: server.baseUrl });
  await expect(uploadModelFile(client, join(dir, 'none.onnx'))).rejects.toMatchObject({ code: 'file-unreadable' });
  await expect(uploadModelFile(client, dir)).rejects.toMatchObject({ code: 'file-unreadable' });
  expect(server.seen).toHaveLength(0);
});

test('a download arrives whole under its name', async () => {
  await using server = await startTestServer((_request, response) => response.end(bytes));
  const path = join(dir, 'deep', 'down.onnx');
  await expect(downloadArtifact(createClient({ baseUrl: server.baseUrl }), sha256, path)).resolves.toBe(bytes.length);
  expect((await readFile(path)).equals(bytes)).toBe(true);
  expect(await readdir(join(dir, 'deep'))).toEqual(['down.onnx']);
});

test.each([
  ['other bytes', 'artifact-corrupt', (pieces: Buffer) => [pieces.subarray(1), pieces.length - 1] as const],
  ['half of the bytes', 'api-unreachable', (pieces: Buffer) => [pieces.subarray(0, 1000), pieces.length] as const],
])('%s leave nothing behind, and an older file as it was', async (_name, code, wrong) => {
  const [sent, declared] = wrong(bytes);
  await using server = await startTestServer((_request, response) => {
    response.writeHead(200, { 'content-length': String(declared) });
    response.write(sent, () => (sent.length === declared ? response.end() : response.destroy()));
  });
  const path = join(dir, 'down.onnx');
  await writeFile(path, 'older');
  const client = createClient({ baseUrl: server.baseUrl, retry: ONCE });
  await expect(downloadArtifact(client, sha256, path)).rejects.toMatchObject({ code });
  expect(await readFile(path, 'utf8')).toBe('older');
  expect(await readdir(dir)).toEqual(['down.onnx']);
});

test('an artifact that the API does not have leaves nothing behind', async () => {
  await using server = await startTestServer((_request, response) =>
    sendJson(response, 404, problem(404, 'artifact-unknown')),
  );
  const client = createClient({ baseUrl: server.baseUrl });
  await expect(downloadArtifact(client, sha256, join(dir, 'x'))).rejects.toMatchObject({ code: 'artifact-unknown' });
  expect(await readdir(dir)).toEqual([]);
});

test('a folder that cannot be made is a clear error', async () => {
  await using server = await startTestServer((_request, response) => response.end(bytes));
  await writeFile(join(dir, 'file'), '');
  const client = createClient({ baseUrl: server.baseUrl });
  await expect(downloadArtifact(client, sha256, join(dir, 'file', 'x'))).rejects.toMatchObject({
    code: 'file-unwritable',
  });
});

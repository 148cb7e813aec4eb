// Regenerates src/proto/onnx_pb.ts from proto/onnx.proto: `node packages/onnx/scripts/generate.mjs`.
// The two tools are fetched for the run and are no dependencies of the workspace: protoc-gen-es asks for a newer Node
// than the workspace does, and the generated file is committed, so nobody else needs them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = { '@bufbuild/buf': '1.75.0', '@bufbuild/protoc-gen-es': '2.17.0' };

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const workDir = mkdtempSync(join(tmpdir(), 'onnx-proto-'));
try {
  cpSync(join(packageDir, 'proto/onnx.proto'), join(workDir, 'onnx.proto'));
  writeFileSync(join(workDir, 'package.json'), JSON.stringify({ private: true, devDependencies: TOOLS }));
  writeFileSync(
    join(workDir, 'buf.gen.yaml'),
    'version: v2\nplugins:\n  - local: node_modules/.bin/protoc-gen-es\n    out: .\n    opt: [target=ts]\n',
  );
  const run = (command, args) => execFileSync(command, args, { cwd: workDir, stdio: 'inherit' });
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);
  run('node_modules/.bin/buf', ['generate', 'onnx.proto']);
  cpSync(join(workDir, 'onnx_pb.ts'), join(packageDir, 'src/proto/onnx_pb.ts'));
} finally {
  rmSync(workDir, { recursive: true, force: true });
}

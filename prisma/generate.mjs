// Generates the Prisma client into packages/store/src/generated when the schema changed since the last time.
// Offline: generating does not use Prisma's schema engine, the command line only insists that some file is there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const prismaPackage = require.resolve('prisma/package.json');
const { version, bin } = require('prisma/package.json');
const key = createHash('sha256')
  .update(version)
  .update(readFileSync(join(root, 'prisma/schema.prisma')))
  .digest('hex');
const stamp = join(root, 'packages/store/src/generated/.schema-sha256');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== key) {
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  };
  try {
    execFileSync(process.execPath, [join(dirname(prismaPackage), bin.prisma ?? bin), 'generate'], {
      cwd: root,
      env,
      stdio: 'pipe',
    });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    process.exit(1);
  }
  writeFileSync(stamp, key);
}

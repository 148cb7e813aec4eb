import type { MeasurementRequest } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import type { ArtifactKind } from '../generated/enums.js';

/** What an artifact is, and the model that it is or was made from. */
export interface NamedArtifact {
  readonly kind: ArtifactKind;
  readonly modelId: string | null;
}

/** The artifacts that are there, by SHA-256. */
export async function artifactsNamed(
  db: Queries,
  sha256s: readonly string[],
): Promise<ReadonlyMap<string, NamedArtifact>> {
  const rows = await db.artifact.findMany({
    where: { sha256: { in: [...sha256s] } },
    select: {
      sha256: true,
      kind: true,
      model: { select: { id: true } },
      candidates: { select: { modelId: true }, orderBy: { createdAt: 'asc' }, take: 1 },
    },
  });
  return new Map(
    rows.map(({ sha256, kind, model, candidates }) => [
      sha256,
      { kind, modelId: model?.id ?? candidates[0]?.modelId ?? null },
    ]),
  );
}

/**
 * An artifact that a wish names is there, and can be used so.
 * @throws StoreError `artifact-unknown`, `artifact-kind-wrong`
 */
export function checkUse(
  sha256: string,
  use: 'subject' | 'control' | 'inputData',
  artifact: NamedArtifact | undefined,
): void {
  if (artifact === undefined) {
    throw new StoreError('artifact-unknown', `There is no artifact ${sha256}, which is named as ${use}`, {
      hint:
        use === 'inputData'
          ? 'Upload the input data first (POST /v1/inputs)'
          : 'Upload the model first (POST /v1/models), or create the candidate',
    });
  }
  if ((artifact.kind === 'inputs') === (use === 'inputData')) return;
  const what = artifact.kind === 'inputs' ? 'input data' : 'a model';
  throw new StoreError('artifact-kind-wrong', `Artifact ${sha256} is ${what} and cannot be the ${use}`, {
    hint: 'Subject and control are models or candidates; spec.inputData is what POST /v1/inputs answered',
  });
}

/**
 * A profile is of one artifact.
 * @throws StoreError `control-not-allowed`
 */
export function checkProfile({ kind, control }: MeasurementRequest): void {
  if (kind !== 'profile' || control === undefined) return;
  throw new StoreError(
    'control-not-allowed',
    'A profile has no control: it shows where the time of one artifact goes',
    {
      hint: 'Leave the control out, or ask for kind latency',
    },
  );
}

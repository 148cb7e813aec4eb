import type { MeasurementKind, MeasurementRequest } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import type { ArtifactKind } from '../generated/enums.js';

/** What an artifact is, and the model that it is or was made from. */
export interface NamedArtifact {
  /** What it was first kept as. */
  readonly kind: ArtifactKind;
  /** The same bytes may have been uploaded as input data as well. */
  readonly isDataset: boolean;
  readonly isModel: boolean;
  readonly modelId: string | null;
}

/** What a wish names an artifact as; `scored`: the subject of scores. */
export type ArtifactUse = 'subject' | 'scored' | 'control' | 'inputData' | 'dataset';

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
      dataset: { select: { id: true } },
      candidates: { select: { modelId: true }, orderBy: { createdAt: 'asc' }, take: 1 },
    },
  });
  return new Map(
    rows.map(({ sha256, kind, model, dataset, candidates }) => [
      sha256,
      {
        kind,
        isDataset: dataset !== null,
        isModel: model !== null,
        modelId: model?.id ?? candidates[0]?.modelId ?? null,
      },
    ]),
  );
}

/** The artifacts that a wish names, and what as. */
export function namedBy({
  kind,
  subject,
  control,
  spec,
}: MeasurementRequest): { readonly sha256: string; readonly use: ArtifactUse }[] {
  const { inputData, scoring } = spec ?? {};
  return [
    { sha256: subject, use: kind === 'score' ? 'scored' : 'subject' },
    ...(control === undefined ? [] : [{ sha256: control, use: 'control' as const }]),
    ...(typeof inputData === 'string' ? [{ sha256: inputData, use: 'inputData' as const }] : []),
    ...(scoring === undefined || scoring === null ? [] : [{ sha256: scoring.dataset, use: 'dataset' as const }]),
  ];
}

const WORD: Readonly<Record<ArtifactUse, string>> = {
  subject: 'the subject',
  scored: 'the subject',
  control: 'the control',
  inputData: 'spec.inputData',
  dataset: 'spec.scoring.dataset',
};
const UPLOAD: Readonly<Record<ArtifactUse, string>> = {
  subject: 'Upload the model first (POST /v1/models), or create the candidate',
  scored: 'Upload the model first (POST /v1/models)',
  control: 'Upload the model first (POST /v1/models), or create the candidate',
  inputData: 'Upload the input data first (POST /v1/inputs)',
  dataset: 'Upload the calibration data first (POST /v1/datasets)',
};
const WHAT: Readonly<Record<ArtifactKind, string>> = {
  model: 'a model',
  candidate: 'a candidate',
  inputs: 'input data',
  dataset: 'calibration data',
};

function fits({ kind, isDataset, isModel }: NamedArtifact, use: ArtifactUse): boolean {
  const isData = kind === 'inputs' || kind === 'dataset';
  if (use === 'dataset') return isDataset;
  if (use === 'inputData') return isData;
  return use === 'scored' ? isModel : !isData;
}

/**
 * An artifact that a wish names is there, and can be used so.
 * @throws StoreError `artifact-unknown`, `artifact-kind-wrong`
 */
export function checkUse(sha256: string, use: ArtifactUse, artifact: NamedArtifact | undefined): void {
  if (artifact === undefined) {
    throw new StoreError('artifact-unknown', `There is no artifact ${sha256}, which is named as ${WORD[use]}`, {
      hint: UPLOAD[use],
    });
  }
  if (fits(artifact, use)) return;
  throw new StoreError(
    'artifact-kind-wrong',
    `Artifact ${sha256} is ${WHAT[artifact.kind]} and cannot be ${WORD[use]}`,
    {
      hint:
        use === 'scored'
          ? 'Scores are those of the blocks of a whole model: name the model that the candidate was made from'
          : 'Subject and control are models or candidates; spec.inputData is what POST /v1/inputs answered, and spec.scoring.dataset what POST /v1/datasets did',
    },
  );
}

const ALONE: Readonly<Record<Exclude<MeasurementKind, 'latency'>, string>> = {
  profile: 'A profile has no control: it shows where the time of one artifact goes',
  score: 'Scores have no control: they say which blocks of one model matter',
};

/**
 * Profiles and scores are of one artifact; scores, and nothing else, have `spec.scoring`.
 * @throws StoreError `control-not-allowed`, `scoring-missing`, `scoring-not-allowed`
 */
export function checkKind({ kind, control, spec }: MeasurementRequest): void {
  if (kind !== 'latency' && control !== undefined) {
    throw new StoreError('control-not-allowed', ALONE[kind], {
      hint: 'Leave the control out, or ask for kind latency',
    });
  }
  const scoring = spec?.scoring ?? null;
  if (kind === 'score' && scoring === null) {
    throw new StoreError('scoring-missing', 'Scores need spec.scoring: the criterion, and the data to compute it on', {
      hint: 'such as {"criterion":"ablation","dataset":"<sha256 of POST /v1/datasets>"}',
    });
  }
  if (kind !== 'score' && scoring !== null) {
    throw new StoreError('scoring-not-allowed', `spec.scoring is for kind score, and the kind is ${kind}`, {
      hint: 'Leave spec.scoring out, or ask for kind score',
    });
  }
}

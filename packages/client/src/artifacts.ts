import type { Sha256 } from '@espalier/contracts';
import { ClientError } from './error.js';
import type { CallOptions } from './options.js';
import { pathOf, type Transport } from './transport.js';

/** An artifact on its way. `close` must be called, read to the end or not. */
export interface OpenArtifact {
  readonly body: ReadableStream<Uint8Array>;
  /** As the server declares it; null when it does not. */
  readonly sizeBytes: number | null;
  readonly close: () => void;
}

/** Artifacts by their SHA-256. */
export interface ArtifactCalls {
  /** The bytes as a stream, unchecked; in Node, `downloadArtifact` also checks and stores them. */
  readonly open: (sha256: Sha256, options?: CallOptions) => Promise<OpenArtifact>;
}

function sizeOf(response: Response): number | null {
  const header = response.headers.get('content-length');
  return header === null ? null : Number(header);
}

export function artifactCalls({ open }: Transport): ArtifactCalls {
  return {
    open: async (sha256, { signal } = {}) => {
      const { response, close } = await open({ method: 'GET', path: pathOf('artifacts', sha256), signal });
      if (response.body !== null) return { body: response.body, sizeBytes: sizeOf(response), close };
      close();
      throw new ClientError('answer-invalid', `artifact ${sha256}: the server sent no body`, {
        status: response.status,
      });
    },
  };
}

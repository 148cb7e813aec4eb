import { type DragEvent, useRef, useState } from 'react';
import { formatBytes } from '../format/number.js';
import { Button } from './button.js';
import { ErrorNotice } from './notice.js';
import { ProgressBar } from './progress-bar.js';
import styles from './upload.module.css';

interface UploadProps {
  readonly onFile: (file: File) => void;
  /** On its way; null: none is. */
  readonly sending: File | null;
  readonly error: Error | null;
}

/** Takes an ONNX file, chosen or dropped. */
export function Upload({ onFile, sending, error }: UploadProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.item(0);
    if (file != null && sending === null) onFile(file);
  };
  const onDrag = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div className={styles.upload}>
      <div
        className={`${styles.area} ${over ? styles.over : ''}`}
        onDragOver={onDrag}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Button primary icon="upload" disabled={sending !== null} onClick={() => input.current?.click()}>
          Upload a model
        </Button>
        <input
          ref={input}
          type="file"
          accept=".onnx"
          hidden
          aria-label="ONNX file"
          onChange={(event) => {
            take(event.target.files);
            event.target.value = '';
          }}
        />
        <p className={styles.words} aria-live="polite">
          {sending === null
            ? 'An ONNX file with its weights inside; or drop it here.'
            : `Sending ${sending.name}, ${formatBytes(sending.size)}, and reading its graph…`}
        </p>
        {sending === null ? null : (
          <div className={styles.bar}>
            <ProgressBar share={null} label={`Upload of ${sending.name}`} />
          </div>
        )}
      </div>
      {error === null ? null : <ErrorNotice title="The model could not be uploaded" error={error} />}
    </div>
  );
}

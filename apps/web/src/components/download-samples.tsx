import type { Measurement, MeasurementResult } from '@espalier/contracts';
import { measurementJson, samplesCsv } from '../format/samples-file.js';
import { Button } from './button.js';
import styles from './download-samples.module.css';

/** Gives a text to the browser as a file. */
function save(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

interface DownloadSamplesProps {
  readonly measurement: Measurement;
  readonly result: MeasurementResult | null;
}

/** The raw samples as files, made from what the page has anyway. */
export function DownloadSamples({ measurement, result }: DownloadSamplesProps) {
  const name = `measurement-${measurement.id.slice(0, 8)}`;
  return (
    <div className={styles.downloads}>
      {result === null ? null : (
        <Button icon="download" onClick={() => save(samplesCsv(result), `${name}.csv`, 'text/csv')}>
          Samples as CSV
        </Button>
      )}
      <Button icon="download" onClick={() => save(measurementJson(measurement), `${name}.json`, 'application/json')}>
        All of it as JSON
      </Button>
    </div>
  );
}

import type { Measurement, MeasurementEnvironment, MeasurementKind } from '@espalier/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { Stack } from '../components/stack.js';
import { MeasurementBadge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { DownloadSamples } from '../components/download-samples.js';
import { EnvironmentTable } from '../components/environment-table.js';
import { Facts } from '../components/facts.js';
import { ErrorNotice, Notice } from '../components/notice.js';
import { Page, pageFrame } from '../components/page.js';
import { ProgressBar } from '../components/progress-bar.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { SpecChips } from '../components/spec-chips.js';
import { TimeAgo } from '../components/time-ago.js';
import { WatchedLines } from '../components/watched-lines.js';
import { formatMs } from '../format/latency.js';
import { UNKNOWN } from '../format/number.js';
import { describeProgress, progressRemaining, progressShare } from '../format/progress.js';
import { formatSha } from '../format/shape.js';
import { subjectName } from '../format/subject.js';
import { agentsQuery, liveMeasurementQuery, modelsQuery } from '../service/queries.js';
import { useTitle } from '../service/use-title.js';
import { againOf } from '../state/measure-again.js';
import { listPath } from '../state/measurement-filter.js';
import { viewOf } from '../state/view.js';
import { MeasurementLatency, Warnings } from './measurement-latency.js';
import styles from './measurement-page.module.css';
import { MeasurementProfile } from './measurement-profile.js';
import { MeasurementScores } from './measurement-scores.js';
import { client } from '../service/client.js';

/** What a measurement says of itself while it is under way, or why it found nothing. */
function Standing({ measurement }: { readonly measurement: Measurement }) {
  const { status, progress, failure, target } = measurement;
  if (status === 'queued')
    return (
      <Section title="Progress">
        <p>Waits in the queue of {target} for an agent.</p>
      </Section>
    );
  if (status === 'running')
    return (
      <Section title="Progress">
        <p className={styles.line} aria-live="polite">
          <span>
            {progress?.process === undefined ? '' : `process ${progress.process}: `}
            {describeProgress(progress)}
          </span>
          <span className={styles.remaining}>{progressRemaining(progress)}</span>
        </p>
        <ProgressBar share={progressShare(progress)} label="This measurement" />
      </Section>
    );
  if (failure === null) return null;
  return (
    <Section title="Why it failed">
      <Stack>
        <Notice tone="bad" title={failure.message}>
          <p>
            <code>{failure.code}</code>
          </p>
        </Notice>
        {failure.detail === undefined ? null : (
          <div>
            <h3>Last words of the probe</h3>
            <pre className={styles.words} tabIndex={0}>
              {failure.detail}
            </pre>
          </div>
        )}
      </Stack>
    </Section>
  );
}

function EnvironmentParts({ environment }: { readonly environment: MeasurementEnvironment }) {
  const { os, architecture, node, onnxruntime, provider, canary } = environment;
  return (
    <>
      <Section title="During the run">
        <WatchedLines during={environment.during} />
      </Section>
      <Section title="Environment" aside="Before and after; what changed is marked">
        <Stack>
          <Facts
            facts={[
              { term: 'OS', value: os, note: architecture },
              { term: 'onnxruntime', value: onnxruntime, note: `provider ${provider}` },
              { term: 'Node.js', value: node },
              canary === undefined
                ? { term: 'Canary', value: UNKNOWN, note: 'none measured before' }
                : {
                    term: 'Canary',
                    value: formatMs(canary.p50Ms),
                    note: (
                      <>
                        measured <TimeAgo at={canary.at} />
                      </>
                    ),
                  },
            ]}
          />
          <EnvironmentTable environment={environment} />
        </Stack>
      </Section>
    </>
  );
}

function Actions({ measurement }: { readonly measurement: Measurement }) {
  const [, navigate] = useLocation();
  const again = useMutation({
    mutationFn: () => client.measurements.create([againOf(measurement)]),
    onSuccess: ([created]) => {
      if (created !== undefined) navigate(`/measurements/${created.measurement.id}`);
    },
  });
  const cancel = useMutation({ mutationFn: () => client.measurements.cancel(measurement.id) });
  const isUnderWay = measurement.status === 'queued' || measurement.status === 'running';
  const error = again.error ?? cancel.error;
  return (
    <>
      {isUnderWay ? (
        <Button icon="cross" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          {cancel.isPending ? 'Cancelling…' : 'Cancel'}
        </Button>
      ) : (
        <Button disabled={again.isPending} onClick={() => again.mutate()}>
          Measure again
        </Button>
      )}
      {error === null ? null : <ErrorNotice title="That was refused" error={error} />}
    </>
  );
}

function useNames(measurement: Measurement) {
  const { data: models = [] } = useQuery(modelsQuery);
  const byId = new Map(models.map((model) => [model.id, model]));
  const { subject, control } = measurement;
  return {
    subject: subjectName(subject, measurement, byId),
    control: control === null ? null : subjectName(control, measurement, byId),
    agent: useQuery(agentsQuery).data?.find(({ id }) => id === measurement.agentId)?.name,
  };
}

const TITLE: Readonly<Record<MeasurementKind, string>> = { latency: '', profile: 'Profile of ', score: 'Scores of ' };

function MeasurementSheet({ measurement }: { readonly measurement: Measurement }) {
  const { result, profile, score, kind, status, target, spec, modelId } = measurement;
  const names = useNames(measurement);
  const title = `${TITLE[kind]}${names.subject} on ${target}`;
  useTitle(title);
  const found = result ?? profile ?? score;
  return (
    <Page
      title={title}
      above={
        <>
          <Link href={listPath({})}>Measurements</Link>
          <MeasurementBadge status={status} />
          <span>
            asked for <TimeAgo at={measurement.createdAt} />
            {names.agent === undefined ? '' : `, by ${names.agent}`}
            {measurement.attempt > 1 ? `, attempt ${measurement.attempt}` : ''}
          </span>
        </>
      }
      lead={
        <>
          {modelId === null ? names.subject : <Link href={`/models/${modelId}`}>{names.subject}</Link>}{' '}
          <code title={measurement.subject}>{formatSha(measurement.subject)}</code>
          {measurement.control === null ? null : (
            <>
              , interleaved with {names.control}{' '}
              <code title={measurement.control}>{formatSha(measurement.control)}</code>
            </>
          )}
          {' · '}
          <Link href={listPath({ subject: measurement.subject })}>all measurements of this artifact</Link>
        </>
      }
      actions={<Actions measurement={measurement} />}
    >
      <Section title="Settings">
        <SpecChips spec={spec} />
      </Section>
      <Standing measurement={measurement} />
      {result === null ? null : (
        <MeasurementLatency measurement={measurement} result={result} subject={names.subject} control={names.control} />
      )}
      {profile === null ? null : (
        <>
          <Warnings warnings={profile.warnings} />
          <MeasurementProfile profile={profile} />
        </>
      )}
      {score === null ? null : (
        <>
          <Warnings warnings={score.warnings} />
          <MeasurementScores score={score} scoring={spec.scoring} />
        </>
      )}
      {found === null ? null : <EnvironmentParts environment={found.environment} />}
      {found === null ? null : (
        <Section title="Raw data">
          <DownloadSamples measurement={measurement} result={result} />
        </Section>
      )}
    </Page>
  );
}

const frame = pageFrame('Measurement');

/** One measurement, live until it has ended: what it found, how far to trust it, and how it stands in its history. */
export function MeasurementPage({ id }: { readonly id: string }) {
  useTitle('Measurement');
  const measurement = useQuery(liveMeasurementQuery(id));
  return (
    <Shown
      view={viewOf(measurement)}
      what="the measurement"
      lines={14}
      onRetry={() => void measurement.refetch()}
      frame={frame}
    >
      {(found) => <MeasurementSheet measurement={found} />}
    </Shown>
  );
}

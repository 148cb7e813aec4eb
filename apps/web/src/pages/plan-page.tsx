import { isFinal } from '@espalier/client';
import type { Plan } from '@espalier/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { PlanBadge } from '../components/badge.js';
import { BlockTable } from '../components/block-table.js';
import { Button, ButtonLink } from '../components/button.js';
import { EventLog } from '../components/event-log.js';
import { Network } from '../components/network.js';
import { ErrorNotice } from '../components/notice.js';
import { Page, pageFrame } from '../components/page.js';
import { PlanLatency } from '../components/plan-latency.js';
import { PlanProgress } from '../components/plan-progress.js';
import { Prose } from '../components/prose.js';
import { RoundsTable } from '../components/rounds-table.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { TimeAgo } from '../components/time-ago.js';
import { criterionName } from '../format/criterion.js';
import { formatNoun } from '../format/number.js';
import { planSentence, planTitle, prunedModelPath } from '../format/plan.js';
import { client } from '../service/client.js';
import { blocksQuery, modelQuery } from '../service/queries.js';
import { usePlanFeed } from '../service/use-plan-feed.js';
import { useTitle } from '../service/use-title.js';
import { blockRows } from '../state/block-rows.js';
import { listPath } from '../state/measurement-filter.js';
import { type PlanStory, planView } from '../state/plan-view.js';
import { viewOf } from '../state/view.js';

interface ActionsProps {
  readonly plan: Plan;
  readonly modelName: string;
  readonly onCancel: () => void;
  readonly cancelling: boolean;
}

/** Cancelling asks no second time: what was measured stays, and the next plan goes on from it. */
function Actions({ plan, modelName, onCancel, cancelling }: ActionsProps) {
  if (plan.artifact !== null)
    return (
      <ButtonLink primary icon="download" href={prunedModelPath(plan.artifact, modelName)} download>
        Download the pruned model
      </ButtonLink>
    );
  if (isFinal(plan)) return null;
  return (
    <Button icon="cross" disabled={cancelling} onClick={onCancel}>
      {cancelling ? 'Cancelling…' : 'Cancel'}
    </Button>
  );
}

function removedText({ removed, latencyTable }: Plan): string {
  if (removed === null) return 'nothing removed yet';
  return `${removed.length} of ${formatNoun(latencyTable.length, 'block')} removed`;
}

function NetworkParts({ plan, modelName }: { readonly plan: Plan; readonly modelName: string }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const blocks = useQuery(blocksQuery(plan.modelId, plan.granularity));
  return (
    <Shown view={viewOf(blocks)} what="the blocks" lines={12} onRetry={() => void blocks.refetch()}>
      {(items) => {
        const rows = blockRows(items, { latencyTable: plan.latencyTable, removed: plan.removed ?? [] });
        return (
          <>
            <Section title="Network" aside={removedText(plan)}>
              <Network rows={rows} criterion={criterionName(plan.criterion)} pointed={pointed} onPoint={setPointed} />
            </Section>
            <Section title="Latency table" aside={`What removing each ${plan.granularity} saves, with 95 % intervals`}>
              <BlockTable
                rows={rows}
                caption={`Latency table of ${modelName}`}
                pointed={pointed}
                onPoint={setPointed}
              />
            </Section>
          </>
        );
      }}
    </Shown>
  );
}

/** Where everything that a plan measured can be looked at. */
function MeasurementLinks({ plan: { modelId, budgets, artifact } }: { readonly plan: Plan }) {
  const target = budgets[0]?.target;
  const all = listPath({ modelId, ...(target === undefined ? {} : { target }) });
  return (
    <>
      <Link href={all}>its measurements</Link>
      {artifact === null ? null : (
        <>
          {' · '}
          <Link href={listPath({ subject: artifact })}>those of the pruned model</Link>
        </>
      )}
    </>
  );
}

function PlanSheet({ plan, events }: PlanStory) {
  const model = useQuery(modelQuery(plan.modelId));
  const modelName = model.data?.name ?? 'model';
  const title = planTitle(plan, modelName);
  useTitle(title);
  const cancel = useMutation({ mutationFn: () => client.plans.cancel(plan.id) });
  return (
    <Page
      title={title}
      above={
        <>
          <Link href={`/models/${plan.modelId}`}>{modelName}</Link>
          <PlanBadge status={plan.status} />
          <span>
            {criterionName(plan.criterion)}, by {plan.granularity}, started <TimeAgo at={plan.createdAt} />
          </span>
        </>
      }
      lead={
        <span aria-live="polite">
          <Prose>{planSentence(plan)}</Prose>
        </span>
      }
      actions={
        <Actions plan={plan} modelName={modelName} onCancel={() => cancel.mutate()} cancelling={cancel.isPending} />
      }
    >
      {cancel.error === null ? null : <ErrorNotice title="The plan could not be cancelled" error={cancel.error} />}
      <Section title="Progress">
        <PlanProgress plan={plan} />
      </Section>
      <Section
        title="Latency"
        aside={
          <>
            {plan.budgets.map(({ target, statistic }) => `${statistic} on ${target}`).join(', ')} ·{' '}
            <MeasurementLinks plan={plan} />
          </>
        }
      >
        <PlanLatency plan={plan} />
      </Section>
      <NetworkParts plan={plan} modelName={modelName} />
      <Section title="Verification rounds">
        {plan.rounds.length === 0 ? <p>No candidate has been verified.</p> : <RoundsTable rounds={plan.rounds} />}
      </Section>
      <Section title="Events" aside="Time since the plan was made">
        <EventLog events={events} since={plan.createdAt} />
      </Section>
    </Page>
  );
}

const frame = pageFrame('Plan');

/** One plan, live. */
export function PlanPage({ id }: { readonly id: string }) {
  useTitle('Plan');
  return (
    <Shown view={planView(usePlanFeed(id))} what="the plan" lines={14} frame={frame}>
      {(story) => <PlanSheet {...story} />}
    </Shown>
  );
}

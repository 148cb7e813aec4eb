import type { Criterion, Granularity, Model, Plan } from '@espalier/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { BlockTable } from '../components/block-table.js';
import { Choice } from '../components/choice.js';
import { Empty } from '../components/empty.js';
import { type Fact, Facts } from '../components/facts.js';
import { Network } from '../components/network.js';
import { ErrorNotice } from '../components/notice.js';
import { Columns, Page, pageFrame } from '../components/page.js';
import { PlanForm, type PlanWish } from '../components/plan-form.js';
import { PlanList } from '../components/plan-list.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { TimeAgo } from '../components/time-ago.js';
import { CRITERIA, criterionName, criterionOf } from '../format/criterion.js';
import { formatBytes, formatCount, formatNoun } from '../format/number.js';
import { formatSha, formatTensor } from '../format/shape.js';
import { client } from '../service/client.js';
import { blocksQuery, modelQuery, plansQuery, scoresQuery, targetsQuery } from '../service/queries.js';
import { useTitle } from '../service/use-title.js';
import { type BlockRow, blockRows, importanceShares } from '../state/block-rows.js';
import { savingsSource } from '../state/savings-source.js';
import { type View, viewOf } from '../state/view.js';
import { MeasurementsPart, MeasurePart } from './model-measurements.js';

const GRANULARITIES = [
  { value: 'block', text: 'Blocks' },
  { value: 'layer', text: 'Layers' },
] as const satisfies readonly { readonly value: Granularity; readonly text: string }[];

/** How the network is looked at; part of the address, so that it can be passed on. */
interface Lens {
  readonly criterion: Criterion;
  readonly granularity: Granularity;
}

function useLens(): readonly [Lens, (change: Partial<Lens>) => void] {
  const [search, setSearch] = useSearchParams();
  const lens: Lens = {
    criterion: criterionOf(search.get('criterion')) ?? 'l2',
    granularity: search.get('granularity') === 'layer' ? 'layer' : 'block',
  };
  const change = (next: Partial<Lens>) => setSearch({ ...lens, ...next }, { replace: true });
  return [lens, change];
}

const tensorLines = (infos: Model['inputs']) =>
  infos.map((info) => (
    <div key={info.name}>
      <code>{info.name}</code> {formatTensor(info)}
    </div>
  ));

function factsOf(model: Model): readonly Fact[] {
  const { inputs, outputs } = model;
  return [
    { term: 'Parameters', value: formatCount(model.parameters) },
    { term: 'MACs', value: formatCount(model.macs) },
    { term: 'Size', value: formatBytes(model.sizeBytes) },
    { term: 'Opset', value: model.opset },
    { term: inputs.length === 1 ? 'Input' : 'Inputs', note: tensorLines(inputs), wide: true },
    { term: outputs.length === 1 ? 'Output' : 'Outputs', note: tensorLines(outputs), wide: true },
  ];
}

/** The network of a model, and where its savings come from. */
interface NetworkData {
  readonly rows: readonly BlockRow[];
  /** The plan that measured the savings; undefined: none did yet. */
  readonly source: Plan | undefined;
  readonly scoresError: Error | null;
}

function useNetwork(model: Model, { criterion, granularity }: Lens): readonly [View<NetworkData>, () => void] {
  const blocks = useQuery(blocksQuery(model.id, granularity));
  const scores = useQuery(scoresQuery(model.id, criterion, granularity));
  const { data: plans = [] } = useQuery(plansQuery);
  const source = savingsSource(plans, model.id, granularity);
  const data = blocks.data && {
    rows: blockRows(blocks.data, {
      shares: importanceShares(blocks.data, scores.data),
      latencyTable: source?.latencyTable,
    }),
    source,
    scoresError: scores.error,
  };
  return [viewOf({ ...blocks, data }, ({ rows }) => rows.length === 0), () => void blocks.refetch()];
}

interface LensProps {
  readonly lens: Lens;
  readonly onLens: (change: Partial<Lens>) => void;
}

function LensControls({ lens, onLens }: LensProps) {
  return (
    <>
      <Choice
        label="Regions"
        options={GRANULARITIES}
        value={lens.granularity}
        onChange={(granularity) => onLens({ granularity })}
      />
      <Choice
        label="Importance"
        options={CRITERIA}
        value={lens.criterion}
        onChange={(criterion) => onLens({ criterion })}
      />
    </>
  );
}

function countText({ rows }: NetworkData, granularity: Granularity): string {
  const removable = rows.filter(({ block }) => block.removable).length;
  return `${formatNoun(rows.length, granularity)}, ${removable} removable`;
}

/** Where the savings that are shown come from. */
function SavingsNote({ source }: Pick<NetworkData, 'source'>) {
  if (source === undefined) return <>Savings appear once a plan has measured them.</>;
  return (
    <>
      Savings on {source.budgets[0]?.target}, measured by a <Link href={`/plans/${source.id}`}>plan</Link>{' '}
      <TimeAgo at={source.createdAt} />
    </>
  );
}

function PlanFormPart({ model, lens, onLens }: LensProps & { readonly model: Model }) {
  const [, navigate] = useLocation();
  const targets = useQuery(targetsQuery);
  const create = useMutation({
    mutationFn: ({ budget, criterion, granularity }: PlanWish) =>
      client.plans.create({ modelId: model.id, budgets: [budget], criterion, granularity }),
    onSuccess: ({ id }) => navigate(`/plans/${id}`),
  });
  return (
    <Section title="Plan a budget">
      <Shown view={viewOf(targets)} what="the targets" lines={12} onRetry={() => void targets.refetch()}>
        {(items) => (
          <PlanForm
            targets={items}
            criterion={lens.criterion}
            granularity={lens.granularity}
            onCriterion={(criterion) => onLens({ criterion })}
            onGranularity={(granularity) => onLens({ granularity })}
            onSubmit={create.mutate}
            busy={create.isPending}
            error={create.error}
          />
        )}
      </Shown>
    </Section>
  );
}

function PlansPart({ model }: { readonly model: Model }) {
  const plans = useQuery(plansQuery);
  const ofModel = plans.data?.filter(({ modelId }) => modelId === model.id);
  return (
    <Section title="Plans">
      <Shown
        view={viewOf({ ...plans, data: ofModel }, (items) => items.length === 0)}
        what="the plans"
        onRetry={() => void plans.refetch()}
        empty={<Empty title="No plan for this model yet">Give it a budget, and a plan is made.</Empty>}
      >
        {(items) => <PlanList plans={items} />}
      </Shown>
    </Section>
  );
}

function ModelSheet({ model }: { readonly model: Model }) {
  useTitle(model.name);
  const [lens, setLens] = useLens();
  const [pointed, setPointed] = useState<number | null>(null);
  const [network, retry] = useNetwork(model, lens);
  const known = network.state === 'ready' || network.state === 'stale' ? network.data : null;
  const empty = (
    <Empty title="No block was found">No region of this graph has one tensor in, one out, and weights.</Empty>
  );
  return (
    <Page
      title={model.name}
      above={<Link href="/models">Models</Link>}
      lead={
        <>
          SHA-256 <code title={model.id}>{formatSha(model.id)}</code>, uploaded <TimeAgo at={model.createdAt} />
        </>
      }
    >
      <Columns
        main={
          <>
            <Section title="Facts">
              <Facts facts={factsOf(model)} />
            </Section>
            <Section title="Network" aside={known === null ? ' ' : countText(known, lens.granularity)}>
              <Shown view={network} what="the blocks" lines={14} onRetry={retry} empty={empty}>
                {({ rows, scoresError }) => (
                  <>
                    <Network
                      rows={rows}
                      criterion={criterionName(lens.criterion)}
                      controls={<LensControls lens={lens} onLens={setLens} />}
                      pointed={pointed}
                      onPoint={setPointed}
                    />
                    {scoresError === null ? null : (
                      <ErrorNotice title="The blocks could not be scored" error={scoresError} />
                    )}
                  </>
                )}
              </Shown>
            </Section>
          </>
        }
        side={
          <>
            <PlanFormPart model={model} lens={lens} onLens={setLens} />
            <MeasurePart model={model} />
          </>
        }
      />
      {known === null ? null : (
        <Section title="Blocks" aside={<SavingsNote source={known.source} />}>
          <BlockTable rows={known.rows} caption={`Blocks of ${model.name}`} pointed={pointed} onPoint={setPointed} />
        </Section>
      )}
      <PlansPart model={model} />
      <MeasurementsPart model={model} />
    </Page>
  );
}

const frame = pageFrame('Model');

/** One model: its facts, its network, its plans, and a form for another plan. */
export function ModelPage({ id }: { readonly id: string }) {
  useTitle('Model');
  const model = useQuery(modelQuery(id));
  return (
    <Shown view={viewOf(model)} what="the model" lines={14} onRetry={() => void model.refetch()} frame={frame}>
      {(found) => <ModelSheet model={found} />}
    </Shown>
  );
}

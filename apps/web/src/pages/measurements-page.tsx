import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Button } from '../components/button.js';
import { Empty } from '../components/empty.js';
import { MeasurementFilters } from '../components/measurement-filters.js';
import { MeasurementList } from '../components/measurement-list.js';
import { Page } from '../components/page.js';
import { RegressionList } from '../components/regression-list.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { formatNoun } from '../format/number.js';
import { formatSha } from '../format/shape.js';
import { measurementsQuery, modelsQuery, regressionsQuery, targetsQuery } from '../service/queries.js';
import { useTitle } from '../service/use-title.js';
import { comparePath, filterOf, type MeasurementFilter, MOST_COMPARED } from '../state/measurement-filter.js';
import { viewOf } from '../state/view.js';
import styles from './measurements-page.module.css';

/** Beyond these, one looks for a model or a target. */
const SHOWN_CHANGES = 10;

function Changes() {
  const report = useQuery(regressionsQuery);
  const judged = report.data?.judged ?? 0;
  return (
    <Section title="Real changes" aside={report.data === undefined ? ' ' : `${judged} measured more than once`}>
      <Shown
        view={viewOf(report, ({ regressions }) => regressions.length === 0)}
        what="the changes"
        lines={2}
        onRetry={() => void report.refetch()}
        empty={
          <Empty title="Nothing became really slower or faster">
            The latest result of everything that was measured more than once agrees with those before it.
          </Empty>
        }
      >
        {({ regressions }) => <RegressionList regressions={regressions.slice(0, SHOWN_CHANGES)} />}
      </Shown>
    </Section>
  );
}

/** The chosen measurements, in the order in which they were chosen. */
function useSelection() {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const onToggle = (id: string) =>
    setChosen((ids) => (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-MOST_COMPARED)));
  return { chosen, onToggle };
}

function List({ filter }: { readonly filter: MeasurementFilter }) {
  const [, navigate] = useLocation();
  const { data: models = [] } = useQuery(modelsQuery);
  const pages = useInfiniteQuery(measurementsQuery(filter));
  const { chosen, onToggle } = useSelection();
  const data = pages.data?.pages.flatMap(({ items }) => items);
  return (
    <Shown
      view={viewOf({ ...pages, data }, (items) => items.length === 0)}
      what="the measurements"
      lines={8}
      onRetry={() => void pages.refetch()}
      empty={
        <Empty title="No measurement like this">
          Open a model and measure it, or give it a budget: its plan measures.
        </Empty>
      }
    >
      {(items) => (
        <>
          <MeasurementList
            measurements={items}
            models={new Map(models.map((model) => [model.id, model]))}
            selection={{ ids: new Set(chosen), onToggle }}
          />
          <div className={styles.foot}>
            <Button primary disabled={chosen.length < 2} onClick={() => navigate(comparePath(chosen))}>
              Compare {chosen.length < 2 ? 'several' : chosen.length}
            </Button>
            <span className={styles.note} aria-live="polite">
              {chosen.length < 2
                ? 'Choose two or more with a latency.'
                : `${formatNoun(chosen.length, 'measurement')} chosen.`}
            </span>
            {pages.hasNextPage ? (
              <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                Show older ones
              </Button>
            ) : null}
          </div>
        </>
      )}
    </Shown>
  );
}

/** All measurements, what really changed, and a way to compare several. */
export function MeasurementsPage() {
  useTitle('Measurements');
  const [search, setSearch] = useSearchParams();
  const { data: models = [] } = useQuery(modelsQuery);
  const { data: targets = [] } = useQuery(targetsQuery);
  const filter = filterOf(search);
  const onFilter = (name: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <Page title="Measurements" lead="Every latency and profile that was asked for, with all that is known of it.">
      <Changes />
      <Section
        title="All measurements"
        aside={
          filter.subject === undefined ? (
            ' '
          ) : (
            <>
              of the artifact <code>{formatSha(filter.subject)}</code> · <Link href="/measurements">show all</Link>
            </>
          )
        }
      >
        <MeasurementFilters filter={filter} models={models} targets={targets} onFilter={onFilter} />
        <List key={JSON.stringify(filter)} filter={filter} />
      </Section>
    </Page>
  );
}

import type { ProfileResult } from '@espalier/contracts';
import { Stack } from '../components/stack.js';
import { Note, Statement } from '../components/statement.js';
import { Facts } from '../components/facts.js';
import { KernelTable } from '../components/kernel-table.js';
import { ProfileBar } from '../components/profile-bar.js';
import { Section } from '../components/section.js';
import { formatMs } from '../format/latency.js';
import { formatFixed, formatShare } from '../format/number.js';

const placementText = (placement: ProfileResult['placement']): string =>
  Object.entries(placement)
    .map(([provider, kernels]) => `${kernels} on ${provider}`)
    .join(', ');

/** What a profile found: where the time of a run goes. */
export function MeasurementProfile({ profile }: { readonly profile: ProfileResult }) {
  const { runs, profiledP50Ms, plainP50Ms, overhead, unexplained, placement, kernels } = profile;
  return (
    <>
      <Section title="Where the time goes" aside={`Shares of ${runs} profiled runs`}>
        <Stack>
          <Statement>
            Times are shares: the profiler slowed the run by {formatFixed(overhead, 2)}×, from {formatMs(plainP50Ms)} to{' '}
            {formatMs(profiledP50Ms)}.
          </Statement>
          {profile.blocks === null ? (
            <Note>The blocks of this artifact are not known, so only its kernels can be told apart.</Note>
          ) : null}
          <ProfileBar profile={profile} />
          <Facts
            facts={[
              { term: 'p50 without profiler', value: formatMs(plainP50Ms), note: 'same process' },
              { term: 'p50 with profiler', value: formatMs(profiledP50Ms) },
              { term: 'Not accounted for', value: formatShare(unexplained), note: 'of the run' },
              { term: 'Kernels', value: kernels.length, note: placementText(placement) },
            ]}
          />
        </Stack>
      </Section>
      <Section title="Kernels" aside="The most time first">
        <KernelTable profile={profile} />
      </Section>
    </>
  );
}

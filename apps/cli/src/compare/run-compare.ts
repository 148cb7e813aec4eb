import type { Client } from '@espalier/client';
import { downloadArtifact, uploadModelFile } from '@espalier/client/node';
import type { Comparison, MethodOutcome, Reinitialised } from '@espalier/contracts';
import type { CommandContext } from '../context.js';
import { withModel } from '../model-source.js';
import { comparisonChart } from '../output/charts/comparison-chart.js';
import { renderSvg } from '../output/charts/render-svg.js';
import { writeText } from '../output/files.js';
import { startProgress } from '../output/progress.js';
import { type CompareFolder, type CompareReport, reportOf } from './report.js';
import { type CompareOptions, createComparisonOf } from './request.js';

/**
 * Uploads a model, has the service behind `client` compare both ways to prune it, follows that to its end and writes the
 * files. On an abort the comparison is cancelled before the error goes on.
 * @param startedAt when the command started, in ms, for the report's wall time
 */
export async function runCompare(
  client: Client,
  named: string,
  options: CompareOptions,
  folder: CompareFolder | undefined,
  startedAt: number,
  context: CommandContext,
): Promise<CompareReport> {
  const { terminal, signal } = context;
  const { name, comparison } = await withModel(named, async (source) => {
    terminal.err(`uploading ${source.name}`);
    const model = await uploadModelFile(client, source.path, { name: source.name, signal });
    const created = await client.comparisons.create(createComparisonOf(model.id, options), { signal });
    terminal.err(`comparison ${created.id}`);
    return { name: source.name, comparison: await followComparison(client, created.id, context) };
  });
  const reinitialised = {
    layers: await madeAnew(client, comparison.layers, signal),
    filters: await madeAnew(client, comparison.filters, signal),
  };
  const report = reportOf(comparison, reinitialised, folder, (Date.now() - startedAt) / 1000);
  if (folder !== undefined) {
    for (const method of ['layers', 'filters'] as const) {
      const { best } = comparison[method];
      if (best !== null) await downloadArtifact(client, best.artifact, folder[method], { signal });
    }
    await writeText(folder.plot, await renderSvg(comparisonChart(name, comparison)));
    await writeText(folder.report, JSON.stringify(report, undefined, 2));
  }
  return report;
}

async function madeAnew(
  client: Client,
  { best }: MethodOutcome,
  signal: AbortSignal,
): Promise<readonly Reinitialised[]> {
  if (best === null) return [];
  return (await client.candidates.get(best.candidateId, { signal })).reinitialised;
}

async function followComparison(client: Client, id: string, { terminal, signal }: CommandContext): Promise<Comparison> {
  const progress = startProgress(terminal);
  try {
    return await client.comparisons.wait(id, {
      signal,
      onUpdate: (update) => {
        if (update.kind !== 'comparison') return;
        const { progress: state, waitingFor, status } = update.comparison;
        progress.update({
          share: state.total === 0 ? 0 : state.done / state.total,
          stage: waitingFor ?? state.now ?? status,
          detail: state.total === 0 ? undefined : `${state.done} of ${state.total}`,
          remainingSeconds: state.remainingSeconds ?? undefined,
        });
      },
    });
  } catch (error) {
    if (signal.aborted) await client.comparisons.cancel(id);
    throw error;
  } finally {
    progress.stop();
  }
}

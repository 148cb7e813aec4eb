import type { Client } from '@espalier/client';
import { downloadArtifact, uploadModelFile } from '@espalier/client/node';
import type { Plan, PlanReport } from '@espalier/contracts';
import type { CommandContext } from '../context.js';
import { withModel } from '../model-source.js';
import { type Progress, startProgress } from '../output/progress.js';
import { keepBase, type OutputFolder, reportOf, writeReport } from './report.js';
import { createPlanOf, type PlanOptions } from './request.js';

/**
 * Uploads a model, has it planned by the service behind `client`, follows the plan to its end and writes the files.
 * On an abort the plan is cancelled before the error goes on.
 * @param startedAt when the command started, in ms, for the report's wall time
 */
export async function runPlan(
  client: Client,
  named: string,
  options: PlanOptions,
  output: OutputFolder,
  startedAt: number,
  context: CommandContext,
): Promise<PlanReport> {
  const plan = await withModel(named, async ({ name, path }) => {
    await keepBase(path, output);
    context.terminal.err(`uploading ${name}`);
    const model = await uploadModelFile(client, path, { name, signal: context.signal });
    const created = await client.plans.create(createPlanOf(model.id, options), { signal: context.signal });
    context.terminal.err(`plan ${created.id}`);
    return followPlan(client, created.id, context);
  });
  if (plan.artifact !== null) await downloadArtifact(client, plan.artifact, output.pruned, { signal: context.signal });
  const report = reportOf(plan, output, (Date.now() - startedAt) / 1000);
  await writeReport(report, output);
  return report;
}

async function followPlan(client: Client, planId: string, { terminal, signal }: CommandContext): Promise<Plan> {
  const progress = startProgress(terminal);
  try {
    return await client.plans.wait(planId, {
      signal,
      onUpdate: (update) => {
        if (update.kind === 'plan') showProgress(progress, update.plan);
      },
    });
  } catch (error) {
    if (signal.aborted) await client.plans.cancel(planId);
    throw error;
  } finally {
    progress.stop();
  }
}

function showProgress(
  progress: Progress,
  { progress: { done, total, now, remainingSeconds }, waitingFor, status }: Plan,
): void {
  progress.update({
    share: total === 0 ? 0 : done / total,
    stage: waitingFor ?? now ?? status,
    detail: total === 0 ? undefined : `${done} of ${total}`,
    remainingSeconds: remainingSeconds ?? undefined,
  });
}

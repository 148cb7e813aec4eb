import type { Model } from '@espalier/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { Empty } from '../components/empty.js';
import { Page } from '../components/page.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { Table, type TableColumns } from '../components/table.js';
import { TimeAgo } from '../components/time-ago.js';
import { Upload } from '../components/upload.js';
import { formatBytes, formatCount } from '../format/number.js';
import { formatSha } from '../format/shape.js';
import { client } from '../service/client.js';
import { modelsQuery } from '../service/queries.js';
import { useTitle } from '../service/use-title.js';
import { viewOf } from '../state/view.js';

/** The name of a model whose file is `resnet50.onnx` is `resnet50`. */
const nameOf = (file: File): string => file.name.replace(/\.onnx$/i, '');

const COLUMNS: TableColumns<Model> = [
  { head: 'Model', cell: ({ id, name }) => <Link href={`/models/${id}`}>{name}</Link> },
  { head: 'SHA-256', cell: ({ id }) => <code title={id}>{formatSha(id)}</code> },
  { head: 'Parameters', number: true, cell: ({ parameters }) => formatCount(parameters) },
  { head: 'MACs', number: true, cell: ({ macs }) => formatCount(macs) },
  { head: 'Size', number: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
  { head: 'Opset', number: true, cell: ({ opset }) => opset },
  { head: 'Uploaded', number: true, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

/** All models, and a way to add one. */
export function ModelsPage() {
  useTitle('Models');
  const models = useQuery(modelsQuery);
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const upload = useMutation({
    mutationFn: (file: File) => client.models.upload(file, { name: nameOf(file) }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: modelsQuery.queryKey });
      navigate(`/models/${id}`);
    },
  });
  return (
    <Page title="Models" lead="ONNX files as uploaded, each known by its SHA-256.">
      <Upload
        onFile={(file) => upload.mutate(file)}
        sending={upload.isPending ? upload.variables : null}
        error={upload.error}
      />
      <Section title="All models">
        <Shown
          view={viewOf(models, (items) => items.length === 0)}
          what="the models"
          onRetry={() => void models.refetch()}
          empty={
            <Empty title="No model yet">
              Upload one, or make one to try: <code>espalier zoo resnet50 -o resnet50.onnx</code>
            </Empty>
          }
        >
          {(items) => <Table caption="Models" items={items} keyOf={({ id }) => id} columns={COLUMNS} />}
        </Shown>
      </Section>
    </Page>
  );
}

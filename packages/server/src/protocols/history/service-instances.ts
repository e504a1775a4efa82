import type { HistoryOperation } from "./history-dependencies.ts";
import { getJob, type JobView } from "./job-view.ts";

type Services = JobView["state"]["services"];

/** The programs beside a job's command, of one of its nodes; a node other than the first tells of them while it runs. */
export const listServices: HistoryOperation = async (request, deps) => {
  const [, runId = "", , node = "0"] = request.parts;
  const { resource, state } = await getJob(request.workspaceId, runId, deps);
  const services = Number(node) === 0 ? state.services : await servicesOfNode(resource.id, Number(node), deps);
  const instances = Object.entries(services).map(([name, { type, status, path, address, port, error }]) => [
    name,
    {
      type,
      status,
      port: port ?? null,
      endpoint: path === undefined ? (address ?? null) : `${deps.baseUrl}${path}`,
      error: error === undefined ? null : { error: { code: "UserError", message: error } },
      properties: {},
    },
  ]);
  return { instances: Object.fromEntries(instances) };
};

async function servicesOfNode(
  jobId: string,
  node: number,
  { tasks }: Pick<Parameters<HistoryOperation>[1], "tasks">,
): Promise<Services> {
  const task = (await tasks.listByOwner(jobId)).find(({ spec }) => spec.group?.nodeRank === node);
  const entries = (task?.spec.services ?? []).map(({ name, type, basePath }): [string, Services[string]] => {
    const told = task?.services.find((one) => one.name === name);
    const { status = "Starting", address, port, error } = told ?? {};
    return [
      name,
      {
        type,
        status,
        ...(type !== "SSH" && { path: `${basePath}/` }),
        ...(address !== undefined && { address }),
        ...(port !== undefined && { port }),
        ...(error !== undefined && { error }),
      },
    ];
  });
  return Object.fromEntries(entries);
}

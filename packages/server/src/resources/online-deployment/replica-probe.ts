// An import of 'node:http' loads the whole of the built-in undici for three of its names.
const { request } = process.getBuiltinModule("node:http");

const PROBE_TIMEOUT_MS = 2_000;
/** Replicas remembered as answering. */
const REMEMBERED_MAX = 10_000;

/** Answers whether the replica of a task serves `GET /` with a success; asked once for each replica. */
export type ReplicaProbe = (taskId: string, address: { host: string; port: number }) => Promise<boolean>;

/** A port that takes connections is not yet a model that answers: only `GET /` tells. */
export function createReplicaProbe(): ReplicaProbe {
  const answering = new Set<string>();
  return async (taskId, address) => {
    if (answering.has(taskId)) return true;
    if (!(await answers(address))) return false;
    if (answering.size >= REMEMBERED_MAX) answering.clear();
    answering.add(taskId);
    return true;
  };
}

function answers({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host, port, path: "/", agent: false, timeout: PROBE_TIMEOUT_MS }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300);
    });
    probe.on("timeout", () => probe.destroy());
    probe.on("error", () => resolve(false));
    probe.end();
  });
}

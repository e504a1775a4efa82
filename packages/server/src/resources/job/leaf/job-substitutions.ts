import { z } from "zod";

import type { Leaf } from "./leaf-job.ts";

const identitySchema = z.looseObject({
  identityType: z.string(),
  clientId: z.string().nullish(),
  resourceId: z.string().nullish(),
});

/** `--gpus` is taken seriously; the rest of Docker's arguments is for containers. */
const GPU_ARGUMENT = /--gpus(?:=|\s+)\S+/g;

/**
 * What stands in for what the job asks of Azure's nodes, known before it starts.
 *
 * @param gpu What stands in for the GPUs it asked for.
 */
export function jobSubstitutions(job: Leaf, gpu: string | undefined): Record<string, string> {
  const container = describeContainer(job);
  const identity = describeIdentity(job);
  return {
    ...(gpu !== undefined && { gpu }),
    ...(container !== undefined && { container }),
    ...(identity !== undefined && { identity }),
  };
}

/** Client id that Azure's credentials are to ask for, of a job with a managed identity. */
export function identityClientId(job: Pick<Leaf, "properties">): string | undefined {
  const identity = identitySchema.safeParse(job.properties.identity);
  return identity.success ? (identity.data.clientId ?? undefined) : undefined;
}

function describeContainer({ properties }: Leaf): string | undefined {
  const { dockerArgs, dockerArgsList, shmSize } = properties.resources ?? {};
  const rest = [dockerArgs ?? "", ...(dockerArgsList ?? [])].join(" ").replaceAll(GPU_ARGUMENT, "").trim();
  const asked = [
    ...(rest === "" ? [] : [`arguments '${rest}'`]),
    ...(shmSize == null ? [] : [`${shmSize} of shared memory`]),
  ];
  return asked.length === 0 ? undefined : `${asked.join(" and ")} asked, a process of this machine has no container`;
}

function describeIdentity({ properties, state }: Leaf): string | undefined {
  const identity = identitySchema.safeParse(properties.identity);
  if (!identity.success || identity.data.identityType.toLowerCase() !== "managed") return undefined;
  const { clientId, resourceId } = identity.data;
  const name = resourceId?.split("/").at(-1) ?? clientId ?? "of the compute";
  return `managed identity '${name}' asked, the job acts as '${state.submittedBy.name}' within its workspace`;
}

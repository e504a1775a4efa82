import { PlatformError } from "@lazuli/contract/errors.ts";

import { describePortUser } from "./port-user.ts";

export interface ListenAddress {
  /** 0 takes any free one. */
  readonly port: number;
  readonly host: string;
}

/** What listens: a Fastify instance. */
export interface Listenable {
  listen(address: ListenAddress): Promise<string>;
}

/** Starts listening; the port's other user is named when there is one. Throws `Unavailable`. */
export async function listen(app: Listenable, address: ListenAddress): Promise<void> {
  try {
    await app.listen(address);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") throw await portInUse(address, error);
    if (code === "EACCES")
      throw refused(
        `Port ${address.port} needs more rights than this user has; choose one above 1023 with --port.`,
        error,
      );
    if (code === "EADDRNOTAVAIL")
      throw refused(`This machine has no address '${address.host}'; choose one of its own with --host.`, error);
    throw error;
  }
}

async function portInUse(address: ListenAddress, cause: unknown): Promise<PlatformError> {
  const user = (await describePortUser(address.port)) ?? "another program";
  return refused(`Port ${address.port} is in use by ${user}; end that, or choose another port with --port.`, cause);
}

function refused(message: string, cause: unknown): PlatformError {
  return new PlatformError("Unavailable", message, { cause });
}

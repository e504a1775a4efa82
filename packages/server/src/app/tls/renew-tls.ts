import { describeError } from "@lazuli/contract/errors.ts";

import type { Log } from "../../base/log.ts";
import { openTls, type TlsFiles, type TlsOptions } from "./tls-files.ts";

const CHECK_INTERVAL_MS = 12 * 3600 * 1000;

export interface RenewTlsOptions extends TlsOptions {
  readonly log: Log;
  readonly present: TlsFiles;
  /** Takes the new certificate; connections from now on get it. */
  use(files: TlsFiles): void;
}

/** Looks twice a day whether a certificate is about to end, so that a server that runs for years stays trusted. Answers how to stop. */
export function renewTls(options: RenewTlsOptions): () => void {
  let present = options.present.certificate;
  const timer = setInterval(() => {
    openTls(options).then(
      (files) => {
        if (files.certificate === present) return;
        present = files.certificate;
        options.use(files);
        options.log.info({}, "The server's certificate was renewed.");
      },
      (error: unknown) => options.log.error({ error: describeError(error) }, "The certificate could not be renewed."),
    );
  }, CHECK_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

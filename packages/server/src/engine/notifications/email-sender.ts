import { describeError } from "@lazuli/contract/errors.ts";
import { createTransport, type Transporter } from "nodemailer";

import { DeliveryFailure, type Notification } from "./notifier.ts";

const TIMEOUT_MS = 10_000;
/** SMTP's answers from here on say that trying again is of no use. */
const PERMANENT_CODE_MIN = 500;

/** Sends e-mail through one SMTP server. */
export class EmailSender {
  readonly #transport: Transporter;
  readonly #from: string;

  constructor(url: string, from: string) {
    this.#transport = createTransport({
      url,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
    this.#from = from;
  }

  async send(address: string, notification: Notification): Promise<void> {
    const { id, subject, text } = notification;
    try {
      await this.#transport.sendMail({
        from: this.#from,
        // As an object: an address is never read as a list of several.
        to: { name: "", address },
        subject,
        text,
        messageId: `<${id}@lazuli>`,
        headers: { "Auto-Submitted": "auto-generated" },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (error) {
      const code = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
      throw new DeliveryFailure(describeError(error), { isFinal: code >= PERMANENT_CODE_MIN, cause: error });
    }
  }
}

import type { EmailSender } from "./email-sender.ts";
import { DeliveryFailure, type Notifier } from "./notifier.ts";
import { sendWebhook } from "./send-webhook.ts";

export interface NotifierOptions {
  /** `smtp://user:password@host:587` or `smtps://…`; no e-mail is sent without. */
  readonly smtpUrl?: string | undefined;
  /** Sender of e-mail. */
  readonly smtpFrom: string;
  /** Hosts that webhooks may lie on although their address is this machine's or link-local. */
  readonly webhookHosts: readonly string[];
}

/** Sends e-mail through SMTP and webhooks through HTTP. */
export function openNotifier(options: NotifierOptions): Notifier {
  const { smtpUrl, smtpFrom, webhookHosts } = options;
  let email: Promise<EmailSender> | undefined;
  return {
    async send(receiver, notification, signal) {
      if (receiver.kind === "webhook") {
        return sendWebhook(new URL(receiver.url), notification, { allowedHosts: webhookHosts, signal });
      }
      if (smtpUrl === undefined) {
        throw new DeliveryFailure("no SMTP server is configured; set LAZULI_SMTP_URL", { isFinal: true });
      }
      email ??= openEmail(smtpUrl, smtpFrom);
      return (await email).send(receiver.address, notification);
    },
  };
}

/** Loaded on first need: most servers never send an e-mail. */
async function openEmail(url: string, from: string): Promise<EmailSender> {
  const { EmailSender: Sender } = await import("./email-sender.ts");
  return new Sender(url, from);
}

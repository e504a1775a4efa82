/** What somebody is told. */
export interface Notification {
  /** The same for every delivery of the same news, so that a receiver can drop a repeated one. */
  readonly id: string;
  /** As `JobFailed`. */
  readonly event: string;
  readonly subject: string;
  readonly text: string;
  /** The same for programs. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type Receiver =
  | { readonly kind: "email"; readonly address: string }
  | { readonly kind: "webhook"; readonly name: string; readonly url: string };

/** Tells somebody something, once for each call. */
export interface Notifier {
  /** Resolves when the receiver has taken it in. Throws `DeliveryFailure`. */
  send(receiver: Receiver, notification: Notification, signal: AbortSignal): Promise<void>;
}

/** A receiver did not take it in; trying again makes sense unless the failure is final. */
export class DeliveryFailure extends Error {
  readonly isFinal: boolean;

  constructor(message: string, options: { isFinal: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DeliveryFailure";
    this.isFinal = options.isFinal;
  }
}

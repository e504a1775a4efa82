import { lookup } from "node:dns";
import type { IncomingMessage, RequestOptions } from "node:http";
import { isIP, type LookupFunction } from "node:net";

import { describeError } from "@lazuli/contract/errors.ts";

import { isForbiddenAddress } from "./forbidden-address.ts";
import { DeliveryFailure, type Notification } from "./notifier.ts";

// An import of 'node:http' loads the whole of the built-in undici for three of its names: 40 ms of every start.
const { request: requestHttp } = process.getBuiltinModule("node:http");
const { request: requestHttps } = process.getBuiltinModule("node:https");
const TIMEOUT_MS = 10_000;
const REDIRECTS_MAX = 3;
/** Answers that may be another the next time. */
const PASSING_STATUSES = new Set([408, 425, 429]);

export interface WebhookOptions {
  readonly allowedHosts: readonly string[];
  readonly signal: AbortSignal;
}

/** Posts the news as JSON. Goes to http and https alone, to no other host by redirection, and not to this machine. */
export async function sendWebhook(url: URL, notification: Notification, options: WebhookOptions): Promise<void> {
  let target = url;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const answer = await post(target, notification, options);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return;
    const { location } = answer.headers;
    const isRedirect = status === 307 || status === 308;
    if (!isRedirect || location === undefined) {
      const isFinal = status < 500 && !PASSING_STATUSES.has(status);
      throw new DeliveryFailure(`'${target.host}' answered ${status}`, { isFinal });
    }
    const next = new URL(location, target);
    if (next.host !== target.host || next.protocol !== target.protocol) {
      throw new DeliveryFailure(`'${target.host}' redirects to another host`, { isFinal: true });
    }
    target = next;
  }
  throw new DeliveryFailure(`'${url.host}' redirects too often`, { isFinal: true });
}

function post(url: URL, notification: Notification, options: WebhookOptions): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAllowed = options.allowedHosts.includes(host.toLowerCase());
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new DeliveryFailure(`'${url.protocol}' is not for webhooks; use http or https`, { isFinal: true });
  }
  if (!isAllowed && isIP(host) !== 0 && isForbiddenAddress(host)) throw forbidden(host);
  const body = JSON.stringify(notification.body);
  const requestOptions: RequestOptions = {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "lazuli",
      "idempotency-key": notification.id,
      "x-lazuli-event": notification.event,
    },
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    ...(!isAllowed && { lookup: guardedLookup }),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === "https:" ? requestHttps(url, requestOptions) : requestHttp(url, requestOptions);
    request.on("response", (answer) => {
      // Only the status counts; the rest is let go unread.
      answer.resume();
      resolve(answer);
    });
    request.on("error", (error) => {
      const failure = error instanceof DeliveryFailure ? error : undefined;
      reject(
        failure ??
          new DeliveryFailure(`'${url.host}' could not be reached: ${describeError(error)}`, {
            isFinal: false,
            cause: error,
          }),
      );
    });
    request.end(body);
  });
}

/** Checks the very addresses that are connected to, so that a name cannot change its mind in between. */
const guardedLookup: LookupFunction = (hostname, lookupOptions, callback) => {
  lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    if (addresses.some(({ address }) => isForbiddenAddress(address))) {
      callback(forbidden(hostname), []);
      return;
    }
    const [first] = addresses;
    if (lookupOptions.all === true) callback(null, addresses);
    else callback(null, first?.address ?? "", first?.family);
  });
};

function forbidden(host: string): DeliveryFailure {
  return new DeliveryFailure(
    `'${host}' is this machine or a link-local address; name it in LAZULI_WEBHOOK_HOSTS if it is meant`,
    { isFinal: true },
  );
}

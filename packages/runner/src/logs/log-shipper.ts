import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import type { LogPiece } from "@lazuli/contract/node/task-report.ts";
import { z } from "zod";

import { ServerRefusal, type ServerConnection } from "../server-connection.ts";
import type { Redactor } from "./redactor.ts";

/** A fresh log is looked at more often, so that the first line is seen at once. */
const FIRST_LOOKS_MS = 20;
const FIRST_LOOKS = 25;
const LOOK_MS = 100;
const PIECE_BYTES_MAX = 1024 * 1024;
/** What is left at the end travels with the last report when it is no longer than this. */
const INLINE_BYTES_MAX = 64 * 1024;

const answerSchema = z.object({ order: z.enum(["continue", "stop"]), sizeBytes: z.number() });

export interface LogShipperOptions {
  readonly connection: ServerConnection;
  readonly taskId: string;
  readonly token: string;
  /** Nothing leaves the node before it has gone through this. */
  readonly redactor: Redactor;
  onStop(): void;
}

interface ShippedLog {
  readonly name: string;
  readonly file: number;
  /** Bytes that the server has. */
  offset: number;
}

/** Copies growing log files to the server by offset. The files on disk are the truth: the server may be away. */
export class LogShipper {
  readonly #options: LogShipperOptions;
  readonly #logs: ShippedLog[] = [];
  #isEnded = false;
  #endPause: () => void = () => undefined;
  #shipping: Promise<void>;

  constructor(options: LogShipperOptions) {
    this.#options = options;
    this.#shipping = this.#shipUntilEnd();
  }

  /** @param name As the server knows the log: `user_logs/std_log.txt`. */
  follow(name: string, path: string): void {
    this.#logs.push({ name, file: openSync(path, "a+"), offset: 0 });
  }

  /** Ships what is left; what is short enough is answered instead, to travel with the last report. */
  async finish(): Promise<LogPiece[]> {
    this.#isEnded = true;
    this.#endPause();
    await this.#shipping;
    const pieces: LogPiece[] = [];
    for (const log of this.#logs) {
      if (remaining(log) > INLINE_BYTES_MAX) await this.#shipAll(log);
      const bytes = this.#readPiece(log);
      if (bytes.length > 0) pieces.push({ name: log.name, offset: log.offset, content: bytes.toString("base64") });
      closeSync(log.file);
    }
    return pieces;
  }

  async #shipUntilEnd(): Promise<void> {
    for (let look = 0; !this.#isEnded; look++) {
      await this.#pause(look < FIRST_LOOKS ? FIRST_LOOKS_MS : LOOK_MS);
      for (const log of this.#logs) {
        while (!this.#isEnded && remaining(log) > 0) {
          if (!(await this.#shipPiece(log))) break;
        }
      }
    }
  }

  #pause(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #shipAll(log: ShippedLog): Promise<void> {
    while (remaining(log) > 0) {
      if (!(await this.#shipPiece(log))) return;
    }
  }

  /** Answers false when the server wants no more of the log, or there is nothing yet that may be shown. */
  async #shipPiece(log: ShippedLog): Promise<boolean> {
    const { connection, taskId, token, onStop } = this.#options;
    const query = new URLSearchParams({ name: log.name, offset: String(log.offset) });
    const path = `/node/v1/tasks/${encodeURIComponent(taskId)}/logs?${query}`;
    const body = this.#readPiece(log);
    if (body.length === 0) return false;
    try {
      const sent = await connection.post({ path, token, body, contentType: "application/octet-stream" });
      const answer = answerSchema.parse(sent);
      log.offset = answer.sizeBytes;
      if (answer.order === "stop") onStop();
      return true;
    } catch (error) {
      if (!(error instanceof ServerRefusal)) return false;
      // The server has less than it had: its log was cut or lost. It says where to go on from.
      const serverOffset = error.status === 409 ? Number(error.target) : Number.NaN;
      if (!Number.isInteger(serverOffset) || serverOffset >= log.offset) return false;
      log.offset = serverOffset;
      return true;
    }
  }

  /** The next bytes without secrets. What may be the beginning of one waits for the rest, or for the end of the log. */
  #readPiece(log: ShippedLog): Buffer {
    const { redactor } = this.#options;
    const context = Math.min(log.offset, redactor.contextBytes);
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(remaining(log), PIECE_BYTES_MAX)) + context);
    const read = buffer.subarray(0, readSync(log.file, buffer, 0, buffer.length, log.offset - context));
    const isWhole = this.#isEnded && log.offset - context + read.length >= fstatSync(log.file).size;
    const open = isWhole ? 0 : redactor.openBytes(read);
    redactor.hide(read);
    return read.subarray(context, Math.max(context, read.length - open));
  }
}

function remaining(log: ShippedLog): number {
  return fstatSync(log.file).size - log.offset;
}

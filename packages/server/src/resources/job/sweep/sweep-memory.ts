import { resourceKey } from "@lazuli/contract/resource-id.ts";
import type { SweepJob } from "@lazuli/contract/jobs/sweep.ts";

import { readSettings, type SweepSettings } from "../../../domain/search/read-settings.ts";
import type { Observation } from "../../../domain/search/suggest-point.ts";
import type { Resource } from "../../../engine/resources/resource.ts";
import type { JobState } from "../job-state.ts";
import { detailOf } from "./sweep-detail.ts";
import { SweepLog } from "./sweep-log.ts";

export type Sweep = Resource<SweepJob, JobState>;

/** Values of the primary metric of one trial, as far as they were read. */
export interface SeriesRecord {
  values: number[];
  isEnded: boolean;
  /** Identity of the last point, to recognise one that a client sent twice. */
  last: string | undefined;
  /** Interval that the policy has looked at. */
  judgedAt: number;
}

/** What one sweep knows beyond its row. Everything here can be read again from its trials. */
export interface SweepRecord {
  readonly settings: SweepSettings;
  readonly log: SweepLog;
  /** Of ended trials, for Bayesian sampling; `undefined` until read. */
  observations: Map<number, Observation> | undefined;
  /** By trial, for early termination; `undefined` until read. */
  series: Map<number, SeriesRecord> | undefined;
  /** Ends a watch of an open trial's metric. */
  readonly watches: Map<number, () => void>;
}

/** Records of the sweeps that run: a cache, so that a trial's end costs the same for the first and the thousandth. */
export class SweepMemory {
  readonly #records = new Map<string, SweepRecord>();

  of(sweep: Sweep): SweepRecord {
    const name = nameOf(sweep);
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const { settings } = readSettings(sweep.properties);
    const record: SweepRecord = {
      settings: { ...settings, sampler: { ...settings.sampler, seed: detailOf(sweep).seed } },
      log: new SweepLog(),
      observations: undefined,
      series: undefined,
      watches: new Map(),
    };
    this.#records.set(name, record);
    return record;
  }

  forget(sweep: Sweep): void {
    const record = this.#records.get(nameOf(sweep));
    for (const leave of record?.watches.values() ?? []) leave();
    this.#records.delete(nameOf(sweep));
  }
}

function nameOf(sweep: Sweep): string {
  return `${resourceKey(sweep.id)} ${sweep.createdAt}`;
}

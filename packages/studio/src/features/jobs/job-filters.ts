import { useCallback } from "react";
import { useSearchParams } from "react-router";

import { jobTimes, type Job } from "../../api/jobs.ts";
import type { Sorting } from "../../ui/data-table.tsx";
import { jobDuration } from "./job-duration.ts";

export interface JobFilters {
  readonly text: string;
  readonly status: string;
  readonly experiment: string;
}

/** Filters and order live in the address, so that a view can be kept and shared. */
export function useJobFilters() {
  const [search, setSearch] = useSearchParams();
  const filters: JobFilters = {
    text: search.get("q") ?? "",
    status: search.get("status") ?? "",
    experiment: search.get("experiment") ?? "",
  };
  const sorting: Sorting = {
    column: search.get("sort") ?? "created",
    isDescending: search.get("order") !== "asc",
  };
  const set = useCallback(
    (change: Readonly<Record<string, string>>) => {
      setSearch(
        (present) => {
          const next = new URLSearchParams(present);
          for (const [key, value] of Object.entries(change)) {
            if (value === "") next.delete(key);
            else next.set(key, value);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return { filters, sorting, set };
}

export function hasFilters(filters: JobFilters): boolean {
  return filters.text !== "" || filters.status !== "" || filters.experiment !== "";
}

export function pickJobs(jobs: readonly Job[], filters: JobFilters, sorting: Sorting): Job[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = jobs.filter((job) => {
    const { properties } = job;
    if (filters.status !== "" && properties.status !== filters.status) return false;
    if (filters.experiment !== "" && properties.experimentName !== filters.experiment) return false;
    const tags = Object.entries(properties.tags ?? {}).flat();
    const text = [job.name, properties.displayName, properties.experimentName, ...tags].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const now = Date.now();
  const direction = sorting.isDescending ? -1 : 1;
  return kept.toSorted((a, b) => {
    const [left, right] = [sortKey(a, sorting.column, now), sortKey(b, sorting.column, now)];
    if (left === right) return 0;
    return (left < right ? -1 : 1) * direction;
  });
}

function sortKey(job: Job, column: string, now: number): string | number {
  if (column === "name") return (job.properties.displayName ?? job.name).toLowerCase();
  if (column === "status") return job.properties.status ?? "";
  if (column === "experiment") return (job.properties.experimentName ?? "").toLowerCase();
  if (column === "duration") return jobDuration(job, now) ?? -1;
  return jobTimes(job).createdAt ?? 0;
}

import { Button, Dropdown, makeStyles, Option, SearchBox, Text, tokens } from "@fluentui/react-components";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { ROWS_MAX } from "../../api/arm.ts";
import { hasEnded, useJobs, type Job } from "../../api/jobs.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { ArrowClockwiseRegular, BeakerRegular, SearchRegular } from "../../ui/icons.ts";
import { Page } from "../../ui/page.tsx";
import { EmptyState } from "../../ui/page-state.tsx";
import { QueryState } from "../../ui/query-state.tsx";
import { useNow } from "../../ui/use-now.ts";
import { useWorkspacePath } from "../../ui/workspace-link.tsx";
import { useJobColumns } from "./job-columns.tsx";
import { hasFilters, pickJobs, useJobFilters, type JobFilters } from "./job-filters.ts";

const useStyles = makeStyles({
  bar: { display: "flex", gap: "10px", alignItems: "center", flexWrap: "wrap" },
  search: { flex: "0 1 320px" },
  dropdown: { minWidth: "180px" },
  count: { marginLeft: "auto", color: tokens.colorNeutralForeground3, fontVariantNumeric: "tabular-nums" },
});

export function JobsPage() {
  const { t } = useTranslation();
  const query = useJobs();
  return (
    <Page
      title={t("nav.jobs")}
      subtitle={t("jobs.subtitle")}
      isFull
      commands={
        <Button icon={<ArrowClockwiseRegular />} onClick={() => void query.refetch()}>
          {t("common.refresh")}
        </Button>
      }
    >
      <QueryState query={{ ...query, data: query.jobs }} isEmpty={(jobs) => jobs.length === 0} empty={<NoJobs />}>
        {(jobs) => (
          <JobList
            jobs={jobs}
            hasMore={query.hasNextPage}
            isLoadingMore={query.isFetchingNextPage}
            loadMore={query.fetchNextPage}
          />
        )}
      </QueryState>
    </Page>
  );
}

function NoJobs() {
  const { t } = useTranslation();
  return (
    <EmptyState icon={<BeakerRegular />} title={t("jobs.empty")} hint={t("jobs.emptyHint")}>
      <CodeBlock text="./lazuli job create -f job.yml --stream" />
    </EmptyState>
  );
}

interface JobListProps {
  readonly jobs: readonly Job[];
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => unknown;
}

function JobList({ jobs, hasMore, isLoadingMore, loadMore }: JobListProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const path = useWorkspacePath();
  const { filters, sorting, set } = useJobFilters();
  const isAnyRunning = jobs.some((job) => !hasEnded(job.properties.status));
  const columns = useJobColumns(useNow(isAnyRunning ? 1000 : false));
  const shown = useMemo(() => pickJobs(jobs, filters, sorting), [jobs, filters, sorting]);
  const onEnd = useCallback(() => {
    if (hasMore && !isLoadingMore) void loadMore();
  }, [hasMore, isLoadingMore, loadMore]);
  return (
    <>
      <FilterBar jobs={jobs} filters={filters} set={set} shownCount={shown.length} hasMore={hasMore} />
      {shown.length === 0 ? (
        <EmptyState icon={<SearchRegular />} title={t("jobs.noMatch")} hint={t("jobs.noMatchHint")}>
          <div style={{ textAlign: "center" }}>
            <Button onClick={() => set({ q: "", status: "", experiment: "" })}>{t("jobs.clearFilters")}</Button>
          </div>
        </EmptyState>
      ) : (
        <DataTable
          label={t("nav.jobs")}
          columns={columns}
          rows={shown}
          rowKey={(job) => job.id}
          onOpen={(job) => void navigate(path(`jobs/${encodeURIComponent(job.name)}`))}
          sorting={sorting}
          onSort={(next) => set({ sort: next.column, order: next.isDescending ? "desc" : "asc" })}
          onEnd={onEnd}
        />
      )}
    </>
  );
}

interface FilterBarProps {
  readonly jobs: readonly Job[];
  readonly filters: JobFilters;
  readonly set: (change: Readonly<Record<string, string>>) => void;
  readonly shownCount: number;
  readonly hasMore: boolean;
}

function FilterBar({ jobs, filters, set, shownCount, hasMore }: FilterBarProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const statuses = distinct(jobs.map((job) => job.properties.status));
  const experiments = distinct(jobs.map((job) => job.properties.experimentName));
  const limit = jobs.length >= ROWS_MAX ? t("jobs.limited", { count: ROWS_MAX }) : "";
  return (
    <div className={styles.bar} role="search">
      <SearchBox
        className={styles.search}
        placeholder={t("jobs.search")}
        value={filters.text}
        onChange={(_, data) => set({ q: data.value })}
      />
      <Choice
        label={t("jobs.status")}
        all={t("jobs.allStatuses")}
        values={statuses}
        chosen={filters.status}
        render={(status) => t([`status.${status}`, status])}
        onChoose={(status) => set({ status })}
      />
      <Choice
        label={t("jobs.experiment")}
        all={t("jobs.allExperiments")}
        values={experiments}
        chosen={filters.experiment}
        onChoose={(experiment) => set({ experiment })}
      />
      {hasFilters(filters) ? (
        <Button appearance="subtle" onClick={() => set({ q: "", status: "", experiment: "" })}>
          {t("jobs.clearFilters")}
        </Button>
      ) : undefined}
      <Text size={200} className={styles.count} aria-live="polite">
        {t("jobs.count", { count: shownCount })}
        {hasMore && limit === "" ? "+" : ""} {limit}
      </Text>
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly values: readonly string[];
  readonly chosen: string;
  readonly render?: (value: string) => string;
  readonly onChoose: (value: string) => void;
}

function Choice({ label, all, values, chosen, render = (value) => value, onChoose }: ChoiceProps) {
  const styles = useStyles();
  return (
    <Dropdown
      className={styles.dropdown}
      aria-label={label}
      value={chosen === "" ? all : render(chosen)}
      selectedOptions={[chosen]}
      onOptionSelect={(_, data) => onChoose(data.optionValue ?? "")}
    >
      <Option value="">{all}</Option>
      {values.map((value) => (
        <Option key={value} value={value}>
          {render(value)}
        </Option>
      ))}
    </Dropdown>
  );
}

function distinct(values: readonly (string | null | undefined)[]): string[] {
  const present = values.flatMap((value) => (value === null || value === undefined || value === "" ? [] : [value]));
  return [...new Set(present)].toSorted((a, b) => a.localeCompare(b));
}

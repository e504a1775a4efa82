import { Button, makeStyles, SearchBox, Text, tokens } from "@fluentui/react-components";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { DataTable, type Column } from "./data-table.tsx";
import { ArrowClockwiseRegular, SearchRegular } from "./icons.ts";
import { EmptyState } from "./page-state.tsx";
import { Page } from "./page.tsx";
import { QueryState, type QueryLike } from "./query-state.tsx";
import { useWorkspacePath } from "./workspace-link.tsx";

const useStyles = makeStyles({
  bar: { display: "flex", gap: "10px", alignItems: "center", flexWrap: "wrap" },
  search: { flex: "0 1 320px" },
  count: { marginLeft: "auto", color: tokens.colorNeutralForeground3, fontVariantNumeric: "tabular-nums" },
});

export interface AssetListProps<Row> {
  readonly title: string;
  readonly subtitle: string;
  readonly query: QueryLike<readonly Row[]>;
  readonly columns: readonly Column<Row>[];
  /** Page of a row, below the workspace. */
  readonly rowPath: (row: Row) => string;
  readonly empty: ReactNode;
  readonly toolbar?: ReactNode;
}

/** The page of a kind of asset: search in the address, refresh, four states. */
export function AssetList<Row extends { readonly id: string; readonly name: string }>(props: AssetListProps<Row>) {
  const { t } = useTranslation();
  return (
    <Page
      title={props.title}
      subtitle={props.subtitle}
      isFull
      commands={
        <Button icon={<ArrowClockwiseRegular />} onClick={() => void props.query.refetch()}>
          {t("common.refresh")}
        </Button>
      }
    >
      <QueryState query={props.query} isEmpty={(rows) => rows.length === 0} empty={props.empty}>
        {(rows) => <FilteredRows {...props} rows={rows} />}
      </QueryState>
    </Page>
  );
}

function FilteredRows<Row extends { readonly id: string; readonly name: string }>(
  props: AssetListProps<Row> & { readonly rows: readonly Row[] },
) {
  const styles = useStyles();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const path = useWorkspacePath();
  const [search, setSearch] = useSearchParams();
  const text = search.get("q") ?? "";
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    return props.rows.filter((row) => row.name.toLowerCase().includes(wanted));
  }, [props.rows, text]);
  const setText = (value: string): void => {
    setSearch(
      (present) => {
        const next = new URLSearchParams(present);
        if (value === "") next.delete("q");
        else next.set("q", value);
        return next;
      },
      { replace: true },
    );
  };
  return (
    <>
      <div className={styles.bar} role="search">
        <SearchBox
          className={styles.search}
          placeholder={t("common.searchByName")}
          value={text}
          onChange={(_, data) => setText(data.value)}
        />
        {props.toolbar}
        <Text size={200} className={styles.count} aria-live="polite">
          {t("common.count", { count: shown.length })}
        </Text>
      </div>
      {shown.length === 0 ? (
        <EmptyState icon={<SearchRegular />} title={t("common.noMatch")} hint={t("common.noMatchHint")} />
      ) : (
        <DataTable
          label={props.title}
          columns={props.columns}
          rows={shown}
          rowKey={(row) => row.id}
          onOpen={(row) => void navigate(path(props.rowPath(row)))}
        />
      )}
    </>
  );
}

import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";

import { ChevronDownRegular, ChevronUpRegular } from "./icons.ts";

const ROW_HEIGHT = 44;
const OVERSCAN = 12;

const useStyles = makeStyles({
  frame: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow2,
    overflow: "auto",
    minHeight: 0,
    contain: "strict",
    flex: "1 1 auto",
  },
  natural: { contain: "none", flex: "0 0 auto", maxHeight: "560px" },
  plain: { border: "none", boxShadow: "none" },
  table: { minWidth: "max-content", width: "100%" },
  row: {
    display: "grid",
    alignItems: "center",
    columnGap: "16px",
    padding: "0 18px",
    boxSizing: "border-box",
    width: "100%",
    minHeight: `${ROW_HEIGHT}px`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  head: {
    position: "sticky",
    top: 0,
    zIndex: 1,
    backgroundColor: tokens.colorNeutralBackground1,
    minHeight: "40px",
  },
  headCell: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    textAlign: "left",
    whiteSpace: "nowrap",
  },
  sort: {
    border: "none",
    background: "none",
    padding: 0,
    font: "inherit",
    color: "inherit",
    cursor: "pointer",
    display: "inline-flex",
    gap: "4px",
    alignItems: "center",
    ":hover": { color: tokens.colorNeutralForeground1 },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, borderRadius: tokens.borderRadiusSmall },
  },
  body: { position: "relative", width: "100%" },
  bodyRow: { position: "absolute", top: 0, left: 0, ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover } },
  clickable: {
    cursor: "pointer",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  cell: { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
});

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** A CSS grid track, as `minmax(200px, 2fr)`. */
  readonly width: string;
  readonly render: (row: Row) => ReactNode;
  readonly canSort?: boolean;
}

export interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  /** Called when the end comes into view. */
  readonly onEnd?: () => void;
  /** As high as its rows, for a short list inside a page. */
  readonly isNatural?: boolean;
  /** Without a frame, inside a panel. */
  readonly isPlain?: boolean;
}

/** A list of any length: only the rows in view are in the page. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  const { columns, rows, onEnd } = props;
  const template = columns.map((column) => column.width).join(" ");
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastShown >= rows.length - OVERSCAN) onEnd?.();
  }, [lastShown, rows.length, onEnd]);
  const className = mergeClasses(
    styles.frame,
    props.isNatural === true && styles.natural,
    props.isPlain === true && styles.plain,
  );
  return (
    <div ref={frame} className={className}>
      <div className={styles.table} role="table" aria-label={props.label} aria-rowcount={rows.length + 1}>
        <HeadRow {...props} template={template} />
        <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return undefined;
            return (
              <BodyRow
                key={props.rowKey(row)}
                {...props}
                row={row}
                template={template}
                top={item.start}
                index={item.index}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function HeadRow<Row>({ columns, sorting, onSort, template }: DataTableProps<Row> & { readonly template: string }) {
  const styles = useStyles();
  return (
    <div role="rowgroup" className={styles.head} style={{ position: "sticky" }}>
      <div role="row" aria-rowindex={1} className={styles.row} style={{ gridTemplateColumns: template, minHeight: 40 }}>
        {columns.map((column) => {
          const isSorted = sorting?.column === column.id;
          const direction = sorting?.isDescending === true ? "descending" : "ascending";
          const canSort = column.canSort === true && onSort !== undefined;
          const sort = (): void => onSort?.({ column: column.id, isDescending: isSorted && !sorting.isDescending });
          return (
            <div
              key={column.id}
              role="columnheader"
              className={styles.headCell}
              aria-sort={isSorted ? direction : undefined}
            >
              {canSort ? (
                <button type="button" className={styles.sort} onClick={sort}>
                  {column.title}
                  {isSorted ? sorting.isDescending ? <ChevronDownRegular /> : <ChevronUpRegular /> : undefined}
                </button>
              ) : (
                column.title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface BodyRowProps<Row> extends DataTableProps<Row> {
  readonly row: Row;
  readonly template: string;
  readonly top: number;
  readonly index: number;
}

function BodyRow<Row>({ row, columns, onOpen, template, top, index }: BodyRowProps<Row>) {
  const styles = useStyles();
  const open = onOpen === undefined ? undefined : () => onOpen(row);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key === "Enter" && event.target === event.currentTarget) open?.();
    if (event.key === "ArrowDown") focusSibling(event, "nextElementSibling");
    if (event.key === "ArrowUp") focusSibling(event, "previousElementSibling");
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      tabIndex={open === undefined ? undefined : 0}
      className={mergeClasses(styles.row, styles.bodyRow, open !== undefined && styles.clickable)}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)`, height: ROW_HEIGHT }}
      onClick={open === undefined ? undefined : (event) => openUnlessLink(event.target, open)}
      onKeyDown={open === undefined ? undefined : onKeyDown}
    >
      {columns.map((column) => (
        <div key={column.id} role="cell" className={styles.cell}>
          {column.render(row)}
        </div>
      ))}
    </div>
  );
}

/** A link or button inside the row does its own work. */
function openUnlessLink(target: EventTarget, open: () => void): void {
  if (target instanceof Element && target.closest("a, button") !== null) return;
  open();
}

function focusSibling(
  event: KeyboardEvent<HTMLDivElement>,
  which: "nextElementSibling" | "previousElementSibling",
): void {
  const sibling = event.currentTarget[which];
  if (!(sibling instanceof HTMLElement)) return;
  event.preventDefault();
  sibling.focus();
}

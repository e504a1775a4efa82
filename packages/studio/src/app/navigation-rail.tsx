import { makeStyles, mergeClasses, Text, tokens, Tooltip } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import {
  BeakerFilled,
  BeakerRegular,
  BoxFilled,
  BoxRegular,
  CloudCubeFilled,
  CloudCubeRegular,
  DatabaseFilled,
  DatabaseRegular,
  HomeFilled,
  HomeRegular,
  LayerFilled,
  LayerRegular,
  ServerFilled,
  ServerRegular,
} from "../ui/icons.ts";
import { useWorkspacePath } from "../ui/workspace-link.tsx";

const useStyles = makeStyles({
  rail: {
    width: "212px",
    padding: "12px 10px",
    boxSizing: "border-box",
    overflowY: "auto",
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    display: "flex",
    flexDirection: "column",
    gap: "2px",
  },
  narrow: { width: "60px" },
  group: { color: tokens.colorNeutralForeground3, padding: "14px 12px 6px", fontWeight: tokens.fontWeightSemibold },
  rule: { height: "1px", backgroundColor: tokens.colorNeutralStroke2, margin: "10px 8px" },
  item: {
    position: "relative",
    display: "flex",
    alignItems: "center",
    gap: "12px",
    height: "38px",
    padding: "0 12px",
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecoration: "none",
    fontSize: tokens.fontSizeBase300,
    whiteSpace: "nowrap",
    overflow: "hidden",
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover, color: tokens.colorNeutralForeground1 },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  active: {
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
    fontWeight: tokens.fontWeightSemibold,
    ":hover": { backgroundColor: tokens.colorBrandBackground2Hover, color: tokens.colorBrandForeground2 },
    "::before": {
      content: '""',
      position: "absolute",
      left: 0,
      top: "9px",
      bottom: "9px",
      width: "3px",
      borderRadius: "2px",
      backgroundColor: tokens.colorBrandBackground,
    },
  },
  icon: { fontSize: "20px", display: "inline-flex", flex: "0 0 auto" },
});

interface Item {
  readonly to: string;
  readonly icon: ReactNode;
  readonly activeIcon: ReactNode;
}

interface Group {
  readonly title: string | undefined;
  readonly items: readonly Item[];
}

const GROUPS: readonly Group[] = [
  { title: undefined, items: [{ to: "home", icon: <HomeRegular />, activeIcon: <HomeFilled /> }] },
  {
    title: "assets",
    items: [
      { to: "data", icon: <DatabaseRegular />, activeIcon: <DatabaseFilled /> },
      { to: "jobs", icon: <BeakerRegular />, activeIcon: <BeakerFilled /> },
      { to: "environments", icon: <LayerRegular />, activeIcon: <LayerFilled /> },
      { to: "models", icon: <BoxRegular />, activeIcon: <BoxFilled /> },
      { to: "endpoints", icon: <CloudCubeRegular />, activeIcon: <CloudCubeFilled /> },
    ],
  },
  { title: "manage", items: [{ to: "compute", icon: <ServerRegular />, activeIcon: <ServerFilled /> }] },
];

export function NavigationRail({ isNarrow }: { readonly isNarrow: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <nav className={mergeClasses(styles.rail, isNarrow && styles.narrow)} aria-label={t("shell.navigation")}>
      {GROUPS.map((group) => (
        <div key={group.title ?? "top"}>
          {group.title === undefined ? undefined : isNarrow ? (
            <div className={styles.rule} />
          ) : (
            <Text as="span" block size={200} className={styles.group}>
              {t(`nav.${group.title}`)}
            </Text>
          )}
          {group.items.map((item) => (
            <RailItem key={item.to} item={item} isNarrow={isNarrow} />
          ))}
        </div>
      ))}
    </nav>
  );
}

function RailItem({ item, isNarrow }: { readonly item: Item; readonly isNarrow: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const path = useWorkspacePath();
  const name = t(`nav.${item.to}`);
  const link = (
    <NavLink to={path(item.to)} className={({ isActive }) => mergeClasses(styles.item, isActive && styles.active)}>
      {({ isActive }) => (
        <>
          <span className={styles.icon}>{isActive ? item.activeIcon : item.icon}</span>
          {isNarrow ? undefined : name}
        </>
      )}
    </NavLink>
  );
  if (!isNarrow) return link;
  return (
    <Tooltip content={name} relationship="label" positioning="after">
      <div>{link}</div>
    </Tooltip>
  );
}

import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Button,
  makeStyles,
  Text,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { Fragment, lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

import { NavigationRegular, SearchRegular } from "../ui/icons.ts";
import { LazuliMark } from "../ui/lazuli-mark.tsx";
import { useWorkspacePath, WorkspaceLink } from "../ui/workspace-link.tsx";
import { SettingsMenu } from "./settings-menu.tsx";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    alignItems: "center",
    gap: "10px",
    height: "52px",
    padding: "0 14px",
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    minWidth: 0,
  },
  brand: {
    display: "flex",
    alignItems: "center",
    gap: "9px",
    textDecoration: "none",
    color: tokens.colorNeutralForeground1,
    borderRadius: tokens.borderRadiusMedium,
    padding: "4px 8px 4px 4px",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  name: { letterSpacing: "0.01em" },
  crumbs: { flex: "1 1 auto", minWidth: 0, overflow: "hidden" },
  crumb: { maxWidth: "280px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  search: {
    color: tokens.colorNeutralForeground3,
    fontWeight: tokens.fontWeightRegular,
    minWidth: "200px",
    justifyContent: "flex-start",
    "@media (max-width: 760px)": { minWidth: "auto" },
  },
  hint: {
    marginLeft: "auto",
    fontSize: tokens.fontSizeBase100,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusSmall,
    padding: "1px 6px",
    "@media (max-width: 760px)": { display: "none" },
  },
});

const CommandPalette = lazy(async () => ({ default: (await import("./command-palette.tsx")).CommandPalette }));

export function TopBar({ onToggleNavigation }: { readonly onToggleNavigation: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const path = useWorkspacePath();
  const [isPaletteOpen, setPaletteOpen] = usePaletteKey();
  return (
    <header className={styles.bar}>
      <Tooltip content={t("shell.toggleNavigation")} relationship="label">
        <Button appearance="subtle" icon={<NavigationRegular />} onClick={onToggleNavigation} />
      </Tooltip>
      <Link to={path("home")} className={styles.brand} aria-label={t("shell.home")}>
        <LazuliMark size={26} />
        <Text size={400} weight="semibold" className={styles.name}>
          Lazuli
        </Text>
      </Link>
      <WorkspaceSwitcher />
      <div className={styles.crumbs}>
        <Crumbs />
      </div>
      <Button className={styles.search} icon={<SearchRegular />} onClick={() => setPaletteOpen(true)}>
        {t("palette.open")}
        <kbd className={styles.hint}>Ctrl K</kbd>
      </Button>
      <SettingsMenu />
      <Suspense>{isPaletteOpen ? <CommandPalette onClose={() => setPaletteOpen(false)} /> : undefined}</Suspense>
    </header>
  );
}

function usePaletteKey() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  return [isOpen, setOpen] as const;
}

/** Where one is below the workspace: the area, then the thing. */
function Crumbs() {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const { pathname } = useLocation();
  const [area = "home", ...names] = pathname.split("/").slice(3).filter(Boolean).map(decodeURIComponent);
  const title = i18n.exists(`nav.${area}`) ? t(`nav.${area}`) : area;
  return (
    <Breadcrumb aria-label={t("shell.breadcrumb")}>
      <BreadcrumbItem>
        {names.length === 0 ? (
          <Text aria-current="page">{title}</Text>
        ) : (
          <WorkspaceLink to={area}>{title}</WorkspaceLink>
        )}
      </BreadcrumbItem>
      {names.map((name) => (
        <Fragment key={name}>
          <BreadcrumbDivider />
          <BreadcrumbItem>
            <Text className={styles.crumb} aria-current="page">
              {name}
            </Text>
          </BreadcrumbItem>
        </Fragment>
      ))}
    </Breadcrumb>
  );
}

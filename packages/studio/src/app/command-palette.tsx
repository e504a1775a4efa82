import {
  Dialog,
  DialogBody,
  DialogSurface,
  Input,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useMemo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useComputes } from "../api/computes.ts";
import { useEndpoints } from "../api/endpoints.ts";
import { useJobs } from "../api/jobs.ts";
import { useModels } from "../api/models.ts";
import { SearchRegular } from "../ui/icons.ts";
import { useWorkspacePath } from "../ui/workspace-link.tsx";

const RESULTS_MAX = 12;
const AREAS = ["home", "jobs", "models", "endpoints", "compute", "data", "environments"] as const;

const useStyles = makeStyles({
  surface: { padding: "12px", width: "min(620px, calc(100vw - 32px))", marginTop: "12vh" },
  body: { display: "flex", flexDirection: "column", gap: "8px" },
  list: { display: "flex", flexDirection: "column", gap: "2px", maxHeight: "52vh", overflow: "auto" },
  option: {
    display: "flex",
    alignItems: "center",
    gap: "12px",
    padding: "9px 12px",
    borderRadius: tokens.borderRadiusMedium,
    cursor: "pointer",
    minWidth: 0,
  },
  active: { backgroundColor: tokens.colorBrandBackground2 },
  name: { flex: "1 1 auto", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  kind: { color: tokens.colorNeutralForeground3, flex: "0 0 auto" },
});

interface Target {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
}

/** Goes to any page or thing by a few letters of its name. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const path = useWorkspacePath();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const found = useTargets(query);
  const open = (target: Target | undefined): void => {
    if (target === undefined) return;
    onClose();
    void navigate(path(target.path));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter that ends a Japanese conversion chooses nothing.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setActive(Math.min(active + 1, found.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else if (event.key === "Enter") open(found[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog open onOpenChange={(_, data) => data.open || onClose()}>
      <DialogSurface className={styles.surface} aria-label={t("palette.open")}>
        <DialogBody className={styles.body}>
          <Input
            autoFocus
            size="large"
            contentBefore={<SearchRegular />}
            placeholder={t("palette.placeholder")}
            value={query}
            role="combobox"
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={`palette-${active}`}
            onChange={(_, data) => {
              setQuery(data.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
          />
          <div className={styles.list} role="listbox" id="palette-list" aria-label={t("palette.open")}>
            {found.length === 0 ? <Text className={styles.option}>{t("palette.none")}</Text> : undefined}
            {found.map((target, index) => (
              <PaletteOption
                key={target.path}
                target={target}
                id={`palette-${index}`}
                isActive={index === active}
                onActive={() => setActive(index)}
                onOpen={() => open(target)}
              />
            ))}
          </div>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface PaletteOptionProps {
  readonly target: Target;
  readonly id: string;
  readonly isActive: boolean;
  readonly onActive: () => void;
  readonly onOpen: () => void;
}

function PaletteOption({ target, id, isActive, onActive, onOpen }: PaletteOptionProps) {
  const styles = useStyles();
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      className={mergeClasses(styles.option, isActive && styles.active)}
      onMouseMove={onActive}
      onClick={onOpen}
    >
      <span className={styles.name}>{target.name}</span>
      <Text size={200} className={styles.kind}>
        {target.kind}
      </Text>
    </div>
  );
}

function useTargets(query: string): readonly Target[] {
  const { t } = useTranslation();
  const { jobs } = useJobs();
  const models = useModels().data;
  const endpoints = useEndpoints().data;
  const computes = useComputes().data;
  return useMemo(() => {
    const things = (area: string, rows: readonly { name: string; label?: string }[] | undefined): Target[] =>
      (rows ?? []).map(({ name, label }) => ({
        name: label === undefined || label === name ? name : `${label} · ${name}`,
        kind: t(`nav.${area}`),
        path: `${area}/${encodeURIComponent(name)}`,
      }));
    const all = [
      ...AREAS.map((area) => ({ name: t(`nav.${area}`), kind: t("palette.page"), path: area })),
      ...things("endpoints", endpoints),
      ...things("models", models),
      ...things("compute", computes),
      ...things(
        "jobs",
        jobs?.map((job) => ({ name: job.name, label: job.properties.displayName ?? job.name })),
      ),
    ];
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (target: Target): boolean =>
      words.every((word) => `${target.name} ${target.kind}`.toLowerCase().includes(word));
    return all.filter(fits).slice(0, RESULTS_MAX);
  }, [query, jobs, models, endpoints, computes, t]);
}

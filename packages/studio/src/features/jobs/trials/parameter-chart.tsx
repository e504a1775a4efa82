import { makeStyles, Text } from "@fluentui/react-components";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { EChart } from "../../../ui/e-chart.tsx";
import { useIsDark } from "../../../ui/appearance.tsx";
import { renderParameterOption } from "./parameter-option.ts";
import type { Trial } from "./trial-rows.ts";

const useStyles = makeStyles({ chart: { height: "280px" } });

export interface ParameterChartProps {
  readonly trials: readonly Trial[];
  readonly parameters: readonly string[];
  readonly metric: string;
}

/** A line for each trial through its parameters to the metric: which choices lead to good values. */
export function ParameterChart({ trials, parameters, metric }: ParameterChartProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const isDark = useIsDark();
  const option = useMemo(
    () => renderParameterOption({ trials, parameters, metric, isDark }),
    [trials, parameters, metric, isDark],
  );
  if (option === undefined) return <Text>{t("job.trials.noValues")}</Text>;
  return <EChart className={styles.chart} label={t("job.trials.chart")} option={option} />;
}

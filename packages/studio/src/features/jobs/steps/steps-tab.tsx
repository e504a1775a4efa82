import { makeStyles, Spinner } from "@fluentui/react-components";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useChildJobs } from "../../../api/child-jobs.ts";
import type { Job } from "../../../api/jobs.ts";
import { Panel } from "../../../ui/panel.tsx";
import { QueryState } from "../../../ui/query-state.tsx";
import { StepDetails } from "./step-details.tsx";
import { buildStepGraph } from "./step-graph.ts";

const StepCanvas = lazy(async () => ({ default: (await import("./step-canvas.tsx")).StepCanvas }));

const useStyles = makeStyles({
  frame: { display: "flex", gap: "16px", height: "100%", minHeight: "420px" },
  graph: { flex: "1 1 auto", minWidth: 0 },
  details: { flex: "0 0 400px", minWidth: 0, "@media (max-width: 1080px)": { flex: "0 0 300px" } },
});

/** A pipeline's steps as a graph, and the chosen one beside it. */
export function StepsTab({ job }: { readonly job: Job }) {
  const query = useChildJobs(job);
  return <QueryState query={query}>{(children) => <Steps job={job} steps={children} />}</QueryState>;
}

function Steps({ job, steps }: { readonly job: Job; readonly steps: readonly Job[] }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string>();
  const graph = useMemo(() => buildStepGraph(job, steps), [job, steps]);
  const step = graph.steps.find(({ name }) => name === chosen);
  return (
    <div className={styles.frame}>
      <Panel isFill isFlush className={styles.graph}>
        <Suspense fallback={<Spinner label={t("common.loading")} />}>
          <StepCanvas graph={graph} chosen={chosen} onChoose={setChosen} />
        </Suspense>
      </Panel>
      {step === undefined ? undefined : (
        <div className={styles.details}>
          <StepDetails step={step} onClose={() => setChosen(undefined)} />
        </div>
      )}
    </div>
  );
}

import "@xyflow/react/dist/style.css";

import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  Background,
  Controls,
  Handle,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
  type ReactFlowInstance,
} from "@xyflow/react";
import { useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { useIsDark } from "../../../ui/appearance.tsx";
import { StatusBadge } from "../../../ui/status-badge.tsx";
import { layOutSteps, STEP_HEIGHT, STEP_WIDTH } from "./lay-out-steps.ts";
import { isReused, type Step, type StepGraph } from "./step-graph.ts";

type StepNode = Node<{ readonly step: Step; readonly isChosen: boolean }, "step">;

const ZOOM_MIN = 0.1;
const FIT = { maxZoom: 1 };
const NODE_TYPES = { step: StepCard };

const useStyles = makeStyles({
  frame: { width: "100%", height: "100%", minHeight: "360px" },
  card: {
    width: `${STEP_WIDTH}px`,
    height: `${STEP_HEIGHT}px`,
    boxSizing: "border-box",
    padding: "9px 14px",
    display: "flex",
    flexDirection: "column",
    justifyContent: "center",
    gap: "4px",
    textAlign: "left",
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow4,
    cursor: "pointer",
  },
  chosen: { border: `2px solid ${tokens.colorBrandStroke1}`, padding: "8px 13px" },
  name: {
    fontWeight: tokens.fontWeightSemibold,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  foot: { display: "flex", gap: "8px", alignItems: "center", justifyContent: "space-between" },
  kind: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, whiteSpace: "nowrap" },
  handle: { opacity: 0, pointerEvents: "none" },
});

export interface StepCanvasProps {
  readonly graph: StepGraph;
  readonly chosen: string | undefined;
  onChoose(step: string | undefined): void;
}

/** A pipeline drawn as a graph: what runs, what waits, what hands on to what. */
export function StepCanvas({ graph, chosen, onChoose }: StepCanvasProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const isDark = useIsDark();
  const frame = useRef<HTMLDivElement>(null);
  const [flow, setFlow] = useState<ReactFlowInstance<StepNode>>();
  useFitOnResize(frame, flow);
  const shape = JSON.stringify([graph.steps.map(({ name }) => name), graph.links]);
  // Statuses change all the time, places only with the shape of the graph.
  const places = useMemo(() => layOutSteps(graph), [shape]);
  const nodes = graph.steps.map((step): StepNode => ({
    id: step.name,
    type: "step",
    position: places.get(step.name) ?? { x: 0, y: 0 },
    data: { step, isChosen: step.name === chosen },
  }));
  const edges = graph.links.map(({ from, to }): Edge => {
    const isActive = graph.steps.find(({ name }) => name === to)?.job?.properties.status === "Running";
    return { id: `${from}>${to}`, source: from, target: to, animated: isActive };
  });
  return (
    <div ref={frame} className={styles.frame} role="group" aria-label={t("job.steps.graph")}>
      <ReactFlow
        onInit={setFlow}
        key={shape}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={isDark ? "dark" : "light"}
        nodesDraggable={false}
        nodesConnectable={false}
        minZoom={ZOOM_MIN}
        fitView
        fitViewOptions={FIT}
        onNodeClick={(_, node) => onChoose(node.id)}
        onPaneClick={() => onChoose(undefined)}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** The details beside it take a part of the width: the whole graph stays in view. */
function useFitOnResize(frame: RefObject<HTMLDivElement | null>, flow: ReactFlowInstance<StepNode> | undefined): void {
  useEffect(() => {
    if (frame.current === null || flow === undefined) return undefined;
    const observer = new ResizeObserver(() => void flow.fitView(FIT));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame, flow]);
}

function StepCard({ data }: NodeProps<StepNode>) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { step, isChosen } = data;
  const kind = t([`jobType.${step.type}`, step.type]);
  const rounds = step.jobCount > 1 ? ` × ${step.jobCount}` : "";
  return (
    <div className={mergeClasses(styles.card, isChosen && styles.chosen)} data-step={step.name}>
      <Handle type="target" position={Position.Top} className={styles.handle} isConnectable={false} />
      <span className={styles.name} title={step.name}>
        {step.name}
      </span>
      <span className={styles.foot}>
        <StatusBadge status={step.job?.properties.status ?? "NotStarted"} />
        <span className={styles.kind}>
          {step.job !== undefined && isReused(step.job) ? t("job.steps.reused") : `${kind}${rounds}`}
        </span>
      </span>
      <Handle type="source" position={Position.Bottom} className={styles.handle} isConnectable={false} />
    </div>
  );
}

import { LineChart, ParallelChart } from "echarts/charts";
import {
  DataZoomComponent,
  GridComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { connect, init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([
  LineChart,
  ParallelChart,
  GridComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  DataZoomComponent,
  CanvasRenderer,
]);

export function createChart(element: HTMLElement): EChartsType {
  return init(element, undefined, { renderer: "canvas" });
}

export function connectCharts(group: string): void {
  connect(group);
}

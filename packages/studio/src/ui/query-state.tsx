import type { ReactNode } from "react";

import { FailedState, LoadingState } from "./page-state.tsx";

export interface QueryLike<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  refetch(): unknown;
}

export interface QueryStateProps<Data> {
  readonly query: QueryLike<Data>;
  readonly isEmpty?: (data: Data) => boolean;
  readonly empty?: ReactNode;
  readonly loading?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** The four states of whatever a query fills. What was once there stays while it is fetched again. */
export function QueryState<Data>({ query, isEmpty, empty, loading, children }: QueryStateProps<Data>) {
  if (query.data !== undefined) {
    if (empty !== undefined && isEmpty?.(query.data) === true) return empty;
    return children(query.data);
  }
  if (query.isPending && query.error === null) return loading ?? <LoadingState />;
  return <FailedState error={query.error} onRetry={() => void query.refetch()} />;
}

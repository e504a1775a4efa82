import { useEffect, useState } from "react";

/** The time, renewed every `everyMs` while it is set; for durations that grow on the screen. */
export function useNow(everyMs: number | false): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === false) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

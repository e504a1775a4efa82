import { useFormat } from "./format.ts";

/** A moment as "3 minutes ago", with the date on hover. */
export function When({ at }: { readonly at: string | null | undefined }) {
  const format = useFormat();
  const moment = Date.parse(at ?? "");
  if (Number.isNaN(moment)) return undefined;
  return <span title={format.dateTime(moment)}>{format.ago(moment, Date.now())}</span>;
}

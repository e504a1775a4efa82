import { useTranslation } from "react-i18next";

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12.4 MB`; powers of 1024, as file managers count. */
export function formatBytes(sizeBytes: number): string {
  let size = sizeBytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e7) ? value.toExponential(3) : String(Number(value.toPrecision(5)));
}

/** Dates and durations in the chosen language. */
export function useFormat() {
  const { i18n, t } = useTranslation();
  const language = i18n.resolvedLanguage ?? "en";
  return {
    dateTime: (at: number) =>
      new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(at),
    time: (at: number) => new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(at),
    ago: (at: number, now: number) => formatAgo(language, at - now),
    duration: (milliseconds: number) => {
      const left = Math.max(0, milliseconds);
      if (left < SECOND) return t("duration.milliseconds", { count: Math.round(left) });
      if (left < MINUTE) return t("duration.seconds", { value: (left / SECOND).toFixed(left < 10 * SECOND ? 1 : 0) });
      if (left < HOUR)
        return t("duration.minutes", {
          minutes: Math.floor(left / MINUTE),
          seconds: Math.floor((left % MINUTE) / SECOND),
        });
      return t("duration.hours", { hours: Math.floor(left / HOUR), minutes: Math.floor((left % HOUR) / MINUTE) });
    },
  };
}

function formatAgo(language: string, difference: number): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  const size = Math.abs(difference);
  if (size < MINUTE) return format.format(Math.min(0, Math.round(difference / SECOND)), "second");
  if (size < HOUR) return format.format(Math.round(difference / MINUTE), "minute");
  if (size < DAY) return format.format(Math.round(difference / HOUR), "hour");
  return format.format(Math.round(difference / DAY), "day");
}

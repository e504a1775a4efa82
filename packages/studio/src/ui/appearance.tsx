import { FluentProvider } from "@fluentui/react-components";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

import { darkTheme, lightTheme } from "./theme.ts";

export const APPEARANCES = ["light", "dark", "system"] as const;
export type Appearance = (typeof APPEARANCES)[number];

interface AppearanceState {
  readonly appearance: Appearance;
  readonly isDark: boolean;
  setAppearance(appearance: Appearance): void;
}

const STORAGE_KEY = "lazuli.appearance";
const AppearanceContext = createContext<AppearanceState>({
  appearance: "system",
  isDark: false,
  setAppearance: () => {},
});

export function useAppearance(): AppearanceState {
  return useContext(AppearanceContext);
}

export function useIsDark(): boolean {
  return useAppearance().isDark;
}

/** Light, dark, or as the system has it; remembered on this device. */
export function AppearanceProvider({ children }: { readonly children: ReactNode }) {
  const [appearance, setState] = useState<Appearance>(readAppearance);
  const isSystemDark = useSystemDark();
  const isDark = appearance === "dark" || (appearance === "system" && isSystemDark);
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    document.body.style.background = isDark ? "#10131c" : "#f7f8fb";
  }, [isDark]);
  const value = useMemo(() => {
    const setAppearance = (chosen: Appearance): void => {
      localStorage.setItem(STORAGE_KEY, chosen);
      setState(chosen);
    };
    return { appearance, isDark, setAppearance };
  }, [appearance, isDark]);
  return (
    <AppearanceContext value={value}>
      <FluentProvider theme={isDark ? darkTheme : lightTheme} style={{ height: "100%", background: "transparent" }}>
        {children}
      </FluentProvider>
    </AppearanceContext>
  );
}

function readAppearance(): Appearance {
  const stored = localStorage.getItem(STORAGE_KEY);
  return APPEARANCES.find((each) => each === stored) ?? "system";
}

function useSystemDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const onChange = (): void => setDark(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  return isDark;
}

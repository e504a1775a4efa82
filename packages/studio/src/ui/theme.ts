import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from "@fluentui/react-components";

/** Lapis lazuli, from the deepest shade to the lightest. */
const lapis: BrandVariants = {
  10: "#050A1C",
  20: "#0D1A3E",
  30: "#12275F",
  40: "#16327B",
  50: "#1A3D97",
  60: "#1F49B2",
  70: "#2556CC",
  80: "#2F64DE",
  90: "#4A7AE8",
  100: "#648EEE",
  110: "#7CA1F2",
  120: "#94B4F6",
  130: "#ACC5F9",
  140: "#C3D6FB",
  150: "#DAE6FD",
  160: "#EFF5FF",
};

const fontFamilyBase =
  "'Segoe UI Variable Text', 'Segoe UI', Inter, system-ui, -apple-system, 'Hiragino Sans', 'Yu Gothic UI', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif";
const fontFamilyMonospace =
  "'Cascadia Code', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', monospace";

export const lightTheme: Theme = {
  ...createLightTheme(lapis),
  fontFamilyBase,
  fontFamilyMonospace,
  colorNeutralBackground2: "#f7f8fb",
  colorNeutralBackground3: "#eef1f7",
  colorNeutralStroke2: "#e3e6ee",
};

const dark = createDarkTheme(lapis);

export const darkTheme: Theme = {
  ...dark,
  fontFamilyBase,
  fontFamilyMonospace,
  colorNeutralBackground1: "#181c28",
  colorNeutralBackground1Hover: "#212736",
  colorNeutralBackground1Pressed: "#141824",
  colorNeutralBackground1Selected: "#232a3b",
  colorNeutralBackground2: "#10131c",
  colorNeutralBackground2Hover: "#1a1f2c",
  colorNeutralBackground3: "#0b0e15",
  colorNeutralStroke1: "#3b4358",
  colorNeutralStroke2: "#2a3143",
  colorNeutralStroke3: "#232938",
  colorSubtleBackgroundHover: "#232a3a",
  colorSubtleBackgroundPressed: "#1b2130",
  colorSubtleBackgroundSelected: "#232a3b",
  colorBrandForeground1: lapis[110],
  colorBrandForeground2: lapis[120],
  colorBrandForegroundLink: lapis[110],
  colorBrandForegroundLinkHover: lapis[120],
  colorBrandBackground2: "#1b2a52",
  colorBrandBackground2Hover: "#22356a",
};

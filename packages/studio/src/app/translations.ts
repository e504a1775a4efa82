import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language names itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語" };

const STORAGE_KEY = "lazuli.language";

const TEXTS = {
  en: () => import("../locales/en.json"),
  ja: () => import("../locales/ja.json"),
} as const;

/** Loads the language chosen on this device, or else the browser's; the other comes when it is asked for. */
export async function startTranslations(): Promise<void> {
  await i18next.use(initReactI18next).init({
    fallbackLng: "en",
    supportedLngs: [...LANGUAGES],
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await changeLanguage(readLanguage());
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    const texts = await TEXTS[language]();
    i18next.addResourceBundle(language, "translation", texts.default);
  }
  localStorage.setItem(STORAGE_KEY, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

function readLanguage(): Language {
  const wanted = [localStorage.getItem(STORAGE_KEY) ?? "", ...navigator.languages];
  for (const each of wanted) {
    const found = LANGUAGES.find((language) => each.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}

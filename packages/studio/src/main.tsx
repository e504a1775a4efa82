import { createRoot } from "react-dom/client";

import { App } from "./app/app.tsx";
import { startTranslations } from "./app/translations.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
await startTranslations();
createRoot(root).render(<App />);

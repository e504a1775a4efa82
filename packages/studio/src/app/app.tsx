import { makeStyles, Spinner } from "@fluentui/react-components";
import { PlatformError } from "@lazuli/contract/errors.ts";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router/dom";

import { ApiClient } from "../api/api-client.ts";
import { createQueryClient } from "../api/query-client.ts";
import { fetchSession, type Session } from "../api/session.ts";
import { SignedInProvider } from "../api/workspace-context.tsx";
import { AppearanceProvider } from "../ui/appearance.tsx";
import { FailedState } from "../ui/page-state.tsx";
import { createStudioRouter } from "./router.tsx";
import { SignInPage } from "./sign-in-page.tsx";

const useStyles = makeStyles({
  center: { display: "grid", placeItems: "center", height: "100%" },
});

type State =
  | { readonly kind: "loading" }
  | { readonly kind: "signedOut" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "signedIn"; readonly session: Session };

export function App() {
  return (
    <AppearanceProvider>
      <SignedInOrNot />
    </AppearanceProvider>
  );
}

function SignedInOrNot() {
  const styles = useStyles();
  const { t } = useTranslation();
  const [state, setState] = useState<State>({ kind: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    void loadState().then(setState);
  }, [attempt]);
  if (state.kind === "signedOut") return <SignInPage />;
  if (state.kind === "signedIn") {
    return <SignedInApp session={state.session} onSignedOut={() => setState({ kind: "signedOut" })} />;
  }
  return (
    <div className={styles.center}>
      {state.kind === "failed" ? (
        <FailedState error={state.error} onRetry={() => setAttempt(attempt + 1)} />
      ) : (
        <Spinner label={t("common.loading")} />
      )}
    </div>
  );
}

async function loadState(): Promise<State> {
  try {
    return { kind: "signedIn", session: await fetchSession() };
  } catch (error) {
    if (error instanceof PlatformError && error.code === "Unauthenticated") return { kind: "signedOut" };
    return { kind: "failed", error };
  }
}

function SignedInApp({ session, onSignedOut }: { readonly session: Session; readonly onSignedOut: () => void }) {
  const [router] = useState(createStudioRouter);
  const [queries] = useState(createQueryClient);
  // The session is loaded once; a later one is fetched by the client itself.
  const signedIn = useMemo(() => ({ session, api: new ApiClient(session, onSignedOut) }), [session]);
  return (
    <QueryClientProvider client={queries}>
      <SignedInProvider value={signedIn}>
        <RouterProvider router={router} />
      </SignedInProvider>
    </QueryClientProvider>
  );
}

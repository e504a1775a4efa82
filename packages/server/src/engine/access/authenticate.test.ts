import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readCredentials } from "./authenticate.ts";
import { readSessionCookie, renderSessionCookie } from "./session-cookie.ts";

const cookie = "theme=dark; lazuli_session=secret";

describe("readCredentials", () => {
  it("reads a bearer token, and the password of Basic as one", () => {
    assert.equal(readCredentials({ authorization: "Bearer a.b.c" }).token, "a.b.c");
    assert.equal(readCredentials({ authorization: "bearer  a.b.c " }).token, "a.b.c");
    const basic = `Basic ${Buffer.from("anyone:a.b.c").toString("base64")}`;
    assert.equal(readCredentials({ authorization: basic }).token, "a.b.c");
    assert.equal(readCredentials({ authorization: "Negotiate abc" }).token, undefined);
    assert.equal(readCredentials({}).token, undefined);
  });

  it("reads the session of our own pages", () => {
    const host = "127.0.0.1:8470";
    for (const headers of [
      { cookie, host },
      { cookie, host, "sec-fetch-site": "same-origin" },
      { cookie, host, "sec-fetch-site": "none" },
      { cookie, host, origin: "http://127.0.0.1:8470" },
    ]) {
      assert.equal(readCredentials(headers).session, "secret");
    }
  });

  it("overlooks the session when another page sends the request, also one of this machine", () => {
    const host = "127.0.0.1:8470";
    for (const headers of [
      { cookie, host, "sec-fetch-site": "cross-site" },
      { cookie, host, "sec-fetch-site": "same-site" },
      { cookie, host, origin: "http://127.0.0.1:8888" },
      { cookie, host, origin: "null" },
    ]) {
      assert.equal(readCredentials(headers).session, undefined);
    }
  });
});

describe("session cookie", () => {
  it("is out of reach of scripts and other sites, and bound to https where that is spoken", () => {
    const plain = renderSessionCookie("s", { isSecure: false });
    assert.match(plain, /^lazuli_session=s; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    assert.match(renderSessionCookie("s", { isSecure: true }), /^__Host-lazuli_session=s; .*; Secure$/);
    assert.match(renderSessionCookie("", { isSecure: false }), /Max-Age=0/);
  });

  it("is read back under either name", () => {
    assert.equal(readSessionCookie("a=b; __Host-lazuli_session=x"), "x");
    assert.equal(readSessionCookie("lazuli_session="), undefined);
    assert.equal(readSessionCookie(undefined), undefined);
  });
});
